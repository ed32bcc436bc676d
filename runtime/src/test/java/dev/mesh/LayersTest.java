package dev.mesh;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The layout of the packages shows the architecture; this holds it. */
@AnalyzeClasses(packages = "dev.mesh", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

  /** Edges translate; nothing depends on them but what starts them. */
  @ArchTest
  static final ArchRule importsRunDownward =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("command line")
          .definedBy("dev.mesh.cli..")
          .layer("node")
          .definedBy("dev.mesh.node..")
          .layer("http")
          .definedBy("dev.mesh.http..")
          .layer("peer")
          .definedBy("dev.mesh", "dev.mesh.peer..")
          .layer("tasks")
          .definedBy("dev.mesh.task..")
          .layer("memory")
          .definedBy("dev.mesh.memory..")
          .layer("machines")
          .definedBy("dev.mesh.replicated..")
          .layer("replication")
          .definedBy("dev.mesh.replication..")
          .layer("persistence")
          .definedBy("dev.mesh.persistence..")
          .layer("protocols")
          .definedBy("dev.mesh.protocols..")
          .whereLayer("command line")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("node")
          .mayOnlyBeAccessedByLayers("command line")
          .whereLayer("http")
          .mayOnlyBeAccessedByLayers("node", "command line")
          .whereLayer("persistence")
          .mayOnlyBeAccessedByLayers(
              "replication", "tasks", "memory", "machines", "peer", "node", "command line")
          .whereLayer("memory")
          .mayOnlyBeAccessedByLayers("peer", "node", "http")
          .whereLayer("machines")
          .mayOnlyBeAccessedByLayers("peer", "node", "command line")
          .whereLayer("tasks")
          .mayOnlyBeAccessedByLayers("peer", "node", "http", "command line");

  @ArchTest
  static final ArchRule theHttpEdgeKnowsNoActorOfThePeer =
      noClasses()
          .that()
          .resideInAPackage("dev.mesh.http..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.mesh.peer..", "dev.mesh.replication..", "dev.mesh.protocols.raft..");
}
