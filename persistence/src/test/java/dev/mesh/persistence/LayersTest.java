package dev.mesh.persistence;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What peers remember knows nothing of how they live. */
@AnalyzeClasses(
    packages = "dev.mesh.persistence",
    importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

  @ArchTest
  static final ArchRule theStoreKnowsNoReplication =
      noClasses()
          .that()
          .resideInAPackage("dev.mesh.persistence.local..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.mesh.persistence.replicated..",
              "dev.mesh.persistence.raftlog..",
              "dev.mesh.protocols.raft..");

  @ArchTest
  static final ArchRule persistenceRunsWithoutACluster =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.pekko.cluster..", "org.apache.pekko.remote..");
}
