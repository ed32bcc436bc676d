package dev.mesh.protocols;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** No Pekko, no clock, no thread, no I/O and no randomness of its own in a protocol core. */
@AnalyzeClasses(
    packages = "dev.mesh.protocols",
    importOptions = ImportOption.DoNotIncludeTests.class)
class PurityTest {
  private static final Set<String> CLOCKS_AND_DRAWS =
      Set.of(
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.Math.random",
          "java.util.UUID.randomUUID",
          "java.time.Instant.now",
          "java.util.Collections.shuffle");

  private static final Set<String> IMPURE_PACKAGES =
      Set.of(
          "java.io.",
          "java.nio.file",
          "java.nio.channels",
          "java.net",
          "java.util.concurrent",
          "java.util.random");

  private static final Set<String> IMPURE_TYPES =
      Set.of(
          "java.io.File",
          "java.io.InputStream",
          "java.io.OutputStream",
          "java.io.PrintStream",
          "java.lang.Thread",
          "java.lang.Process",
          "java.util.Random",
          "java.util.Timer",
          "java.time.Clock",
          "java.security.SecureRandom");

  private static final DescribedPredicate<JavaClass> IMPURE =
      describe(
          "do I/O, start threads or draw",
          type ->
              IMPURE_PACKAGES.stream().anyMatch(type.getPackageName()::startsWith)
                  || IMPURE_TYPES.contains(type.getName()));

  @ArchTest
  static final ArchRule dependsOnTheJdkAlone =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.mesh.protocols..", "java..");

  @ArchTest
  static final ArchRule doesNothingImpure = noClasses().should().dependOnClassesThat(IMPURE);

  @ArchTest
  static final ArchRule readsNoClockAndDrawsNothing =
      noClasses()
          .should()
          .accessTargetWhere(
              describe(
                  "reads a clock or draws",
                  (JavaAccess<?> access) ->
                      CLOCKS_AND_DRAWS.contains(
                          access.getTargetOwner().getName() + "." + access.getTarget().getName())));
}
