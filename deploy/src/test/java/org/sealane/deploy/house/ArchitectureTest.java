package org.sealane.deploy.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The arrows between modules and the purity of the protocol core. */
class ArchitectureTest {
  private static final String SMB = "org.sealane.smb..";
  private static final String RDMA = "org.sealane.rdma..";
  private static final String CLUSTER = "org.sealane.cluster..";
  private static final String CSV = "org.sealane.csv..";
  private static final String SBL = "org.sealane.sbl..";
  private static final String DEPLOY = "org.sealane.deploy..";
  private static final String ZOOKEEPER = "org.apache.zookeeper..";
  private static final String CURATOR = "org.apache.curator..";
  private static final String NETTY = "io.netty..";
  private static final String DISNI = "com.ibm.disni..";

  /** The part of the engine that is called with bytes and time and returns outputs. */
  private static final String[] CORE = {
    "org.sealane.smb.wire..",
    "org.sealane.smb.negotiate..",
    "org.sealane.smb.encryption..",
    "org.sealane.smb.signing..",
    "org.sealane.smb.session..",
    "org.sealane.smb.tree..",
    "org.sealane.smb.io.."
  };

  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ArchitectureTest::isNotTestJar)
          .importPackages("org.sealane");

  private static boolean isNotTestJar(Location location) {
    return !location.contains("-tests.jar");
  }

  @Test
  void shouldSeeEveryModuleWhenClassesAreImported() {
    Set<String> modules = new java.util.TreeSet<>();
    PRODUCTION.forEach(type -> modules.add(type.getPackageName().split("\\.")[2]));

    assertThat(modules).contains("smb", "rdma", "cluster", "csv", "sbl", "deploy");
  }

  @Nested
  class Arrows {
    @Test
    void shouldKeepSmbEngineAtTheBottom() {
      noClasses()
          .that()
          .resideInAPackage(SMB)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RDMA, CLUSTER, CSV, SBL, DEPLOY, ZOOKEEPER, CURATOR, DISNI)
          .check(PRODUCTION);
    }

    @Test
    void shouldLetRdmaKnowSmbEngineOnly() {
      noClasses()
          .that()
          .resideInAPackage(RDMA)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CLUSTER, CSV, SBL, DEPLOY, ZOOKEEPER, CURATOR)
          .check(PRODUCTION);
    }

    @Test
    void shouldLetClusterKnowOfTheEngineOnlyItsLaneValues() {
      noClasses()
          .that()
          .resideInAPackage(CLUSTER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RDMA, CSV, SBL, DEPLOY)
          .check(PRODUCTION);
      noClasses()
          .that()
          .resideInAPackage(CLUSTER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.sealane.smb.client..",
              "org.sealane.smb.server..",
              "org.sealane.smb.session..",
              "org.sealane.smb.share..",
              "org.sealane.smb.wire..")
          .check(PRODUCTION);
    }

    @Test
    void shouldKeepCsvAndSblApartAndFromRdma() {
      noClasses()
          .that()
          .resideInAPackage(CSV)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SBL, RDMA, DEPLOY, ZOOKEEPER, CURATOR)
          .check(PRODUCTION);
      noClasses()
          .that()
          .resideInAPackage(SBL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CSV, RDMA, DEPLOY, ZOOKEEPER, CURATOR)
          .check(PRODUCTION);
    }

    @Test
    void shouldHavePackagesOfOneModuleWithoutCyclesAcrossModules() {
      slices().matching("org.sealane.(*)..").should().beFreeOfCycles().check(PRODUCTION);
    }
  }

  @Nested
  class Libraries {
    @Test
    void shouldKeepNettyInTheTcpTransport() {
      noClasses()
          .that()
          .resideOutsideOfPackage("org.sealane.smb.transport.tcp..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(NETTY)
          .check(PRODUCTION);
    }

    @Test
    void shouldKeepCuratorBehindTheClusterStore() {
      noClasses()
          .that()
          .resideOutsideOfPackage("org.sealane.cluster.store..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(CURATOR)
          .check(PRODUCTION);
    }

    @Test
    void shouldKeepZooKeeperInTheStoreAndTheEmbeddedServer() {
      noClasses()
          .that()
          .resideOutsideOfPackages("org.sealane.cluster.store..", "org.sealane.deploy.zookeeper..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ZOOKEEPER)
          .check(PRODUCTION);
    }

    @Test
    void shouldKeepDisniInsideItsAdapter() {
      noClasses()
          .that()
          .resideOutsideOfPackages("org.sealane.rdma.disni..", "org.sealane.rdma.rdmacore..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(DISNI)
          .check(PRODUCTION);
    }

    @Test
    void shouldKeepTheCommandLineLibraryInTheCommand() {
      noClasses()
          .that()
          .resideOutsideOfPackage(DEPLOY)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..")
          .check(PRODUCTION);
    }
  }

  @Nested
  class Core {
    /** Methods by which a class would own a clock, a thread or randomness. */
    private static final Map<String, Set<String>> FORBIDDEN =
        Map.of(
            "java.lang.System", Set.of("nanoTime", "currentTimeMillis"),
            "java.time.Instant", Set.of("now"),
            "java.time.Clock", Set.of("systemUTC", "systemDefaultZone", "system"),
            "java.time.LocalDateTime", Set.of("now"),
            "java.time.ZonedDateTime", Set.of("now"),
            "java.lang.Thread",
                Set.of("<init>", "start", "ofVirtual", "ofPlatform", "startVirtualThread", "sleep"),
            "java.util.UUID", Set.of("randomUUID"),
            "java.lang.Math", Set.of("random"));

    @Test
    void shouldDoNoInputOrOutput() {
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              NETTY,
              "java.net..",
              "java.nio.channels..",
              "java.nio.file..",
              "org.sealane.smb.transport.tcp..",
              "org.sealane.smb.client..",
              "org.sealane.smb.server..")
          .check(PRODUCTION);
    }

    @Test
    void shouldOwnNoThread() {
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.util\\.concurrent\\."
                  + "(Executors|ExecutorService|ScheduledExecutorService|ForkJoinPool"
                  + "|ThreadPoolExecutor|CompletableFuture|Timer)|java\\.util\\.Timer")
          .check(PRODUCTION);
    }

    @Test
    void shouldOwnNoClockAndNoRandomness() {
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .accessTargetWhere(isForbiddenCall())
          .orShould()
          .callConstructor(SecureRandom.class)
          .orShould()
          .callMethod(SecureRandom.class, "getInstanceStrong")
          .check(PRODUCTION);
    }

    private static DescribedPredicate<JavaAccess<?>> isForbiddenCall() {
      return new DescribedPredicate<>("a clock, a thread or randomness") {
        @Override
        public boolean test(JavaAccess<?> access) {
          return FORBIDDEN
              .getOrDefault(access.getTargetOwner().getName(), Set.of())
              .contains(access.getTarget().getName());
        }
      };
    }
  }
}
