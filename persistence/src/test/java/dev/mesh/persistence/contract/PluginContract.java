package dev.mesh.persistence.contract;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** An actor system with one plugin under test, and a persistence id of its own for each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PluginContract {
  /** Which life of a persistent actor a write is from; plugins hand it back. */
  static final int INSTANCE = 1;

  private static final Config CONTRACT =
      ConfigFactory.parseString(
          """
          pekko.persistence.publish-plugin-commands = on
          pekko.loglevel = WARNING
          pekko.actor {
            serializers.contract = "dev.mesh.persistence.contract.ActorHolderSerializer"
            serialization-bindings {
              "dev.mesh.persistence.contract.ActorHolder" = contract
            }
          }
          """);

  private final AtomicInteger counter = new AtomicInteger();

  ActorSystem system;
  String id;
  String writer;

  /** What the plugin needs, over the tests' own and the reference configuration. */
  protected abstract Config config();

  /** The plugin's id: the path of its configuration. */
  protected abstract String pluginId();

  /** Called once, before the plugin is used. */
  protected void started(ActorSystem system) {}

  @BeforeAll
  void start() {
    system =
        ActorSystem.create(
            getClass().getSimpleName(),
            config().withFallback(CONTRACT).withFallback(ConfigFactory.load()));
    started(system);
  }

  @AfterAll
  void stop() {
    TestKit.shutdownActorSystem(system);
  }

  @BeforeEach
  void newId() {
    id = "p-" + counter.incrementAndGet();
    writer = UUID.randomUUID().toString();
  }

  ActorRef journal() {
    return Persistence.get(system).journalFor(pluginId(), ConfigFactory.empty());
  }

  ActorRef snapshotStore() {
    return Persistence.get(system).snapshotStoreFor(pluginId(), ConfigFactory.empty());
  }

  TestKit probe() {
    return new TestKit(system);
  }
}
