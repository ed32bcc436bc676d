package dev.mesh.multijvm.testkit;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.japi.Util;
import org.apache.pekko.remote.testconductor.RoleName;
import org.apache.pekko.remote.testkit.MultiNodeConfig;
import org.apache.pekko.remote.testkit.MultiNodeSpec;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.DurationConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * One role's side of a multi-node test: its actor system, barriers that all roles enter together,
 * and, in the first role alone, faults on the links between the systems. Used by one thread.
 */
public abstract class MeshNodeSpec extends MultiNodeSpec {
  private static final Logger LOG = LoggerFactory.getLogger(MeshNodeSpec.class);

  // The conductor's API asks for this type of the old transport also where Artery is the transport.
  @SuppressWarnings("deprecation")
  private static final ThrottlerTransportAdapter.Direction BOTH =
      ThrottlerTransportAdapter.bothDirection();

  private static final Duration BARRIER = Duration.ofSeconds(90);
  private static final Duration STEP = Duration.ofSeconds(20);

  private ActorSystem<Void> typed;

  protected MeshNodeSpec(Roles roles) {
    super(
        roles,
        config -> ActorSystem.<Void>create(Behaviors.empty(), "mesh", config).classicSystem());
    this.typed = Adapter.toTyped(system());
  }

  /** The roles of a test and the configuration that all share. */
  public static final class Roles extends MultiNodeConfig {
    public Roles(List<String> names, Config common) {
      names.forEach(this::role);
      testTransport(true);
      commonConfig(common);
    }
  }

  /** Runs one role from its start to its end; the exit code says how it went. */
  protected static void main(Supplier<? extends MeshNodeSpec> role) {
    int exitCode = 1;
    try {
      MeshNodeSpec spec = role.get();
      spec.multiNodeSpecBeforeAll();
      spec.test();
      spec.multiNodeSpecAfterAll();
      exitCode = 0;
    } catch (Exception | AssertionError e) {
      LOG.error("This role failed", e);
    }
    System.exit(exitCode);
  }

  /** What this role does. Every role must enter the same barriers. */
  protected abstract void test() throws Exception;

  /** All roles take part. Called before this object's own fields are set. */
  @Override
  public int initialParticipants() {
    return MultiNodeSpec.maxNodes();
  }

  protected final ActorSystem<Void> typedSystem() {
    return typed;
  }

  /**
   * Ends this role's actor system and begins another with the same configuration, as an application
   * does whose system the cluster has removed. No other role may wait at a barrier meanwhile.
   */
  protected final void replaceSystem() {
    typed.terminate();
    await(typed.whenTerminated());
    typed = Adapter.toTyped(startNewSystem());
  }

  protected final boolean is(String role) {
    return myself().name().equals(role);
  }

  /** Waits until all roles are here. */
  protected final void barrier(String name) {
    LOG.info("{} is at '{}'", myself().name(), name);
    enterBarrier(DurationConverters.toScala(BARRIER), Util.immutableSeq(List.of(name)));
  }

  protected final Address address(String role) {
    return node(new RoleName(role)).address();
  }

  /** Cuts all links of {@code role}, both ways. For the first role only. */
  protected final void isolate(String role) {
    for (RoleName other : othersThan(role)) {
      await(testConductor().blackhole(new RoleName(role), other, BOTH));
    }
  }

  /** Mends all links of {@code role}. For the first role only. */
  protected final void heal(String role) {
    for (RoleName other : othersThan(role)) {
      await(testConductor().passThrough(new RoleName(role), other, BOTH));
    }
  }

  private List<RoleName> othersThan(String role) {
    return CollectionConverters.asJava(roles()).stream()
        .filter(other -> !other.name().equals(role))
        .toList();
  }

  private static void await(Future<?> future) {
    try {
      FutureConverters.asJava(future)
          .toCompletableFuture()
          .get(STEP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("not done within " + STEP, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
