package dev.mesh.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.mesh.Mesh;
import dev.mesh.MeshSettings;
import dev.mesh.events.EventsSetup;
import dev.mesh.events.MeshEvent;
import dev.mesh.events.MeshEvents;
import dev.mesh.events.ReadOnlySpells;
import dev.mesh.http.HttpServer;
import dev.mesh.http.HttpSettings;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreExtension;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.persistence.local.Stores;
import dev.mesh.protocols.PeerId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One launched peer: its store, its HTTP server and its clustered actor system. The store and the
 * server live as long as the process; the actor system is replaced when the cluster has removed it
 * and a majority is in reach again. Thread-safe.
 */
public final class MeshNode implements AutoCloseable {
  /** The name of every node's actor system: peers' addresses contain it. */
  public static final String SYSTEM = "mesh";

  private static final Logger LOG = LoggerFactory.getLogger(MeshNode.class);
  private static final Duration STOPPING = Duration.ofSeconds(20);

  private final Config config;
  private final NodeSettings settings;
  private final Stores.Lease store;
  private final PeerId self;
  private final MeshEvents events;
  private final ReadOnlySpells spells = new ReadOnlySpells();
  private final ExecutorService lifecycle =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "mesh-node");
            thread.setDaemon(true);
            return thread;
          });
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final CompletableFuture<Void> hurried = new CompletableFuture<>();
  private volatile Mesh mesh; // null while there is no actor system
  private volatile String waitsFor = "the actor system starts";
  private HttpServer http;
  private boolean closing;

  private MeshNode(
      Config config, NodeSettings settings, Stores.Lease store, PeerId self, MeshEvents events) {
    this.config = config;
    this.settings = settings;
    this.store = store;
    this.self = self;
    this.events = events;
    events.subscribe(spells::hear);
  }

  /** The configuration of a node: {@code overrides}, then what nodes need, then the defaults. */
  public static Config configuration(Config overrides) {
    return overrides
        .withFallback(ConfigFactory.defaultOverrides())
        .withFallback(ConfigFactory.parseResources("mesh-node.conf"))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  /**
   * Starts a peer; returns once its server answers, which is before it has found its mesh.
   *
   * @param config from {@link #configuration}
   * @throws NodeException if the configuration, the folder or a port is not usable
   */
  public static MeshNode start(Config config) {
    try {
      MeshSettings settings = MeshSettings.of(config);
      NodeSettings nodeSettings = NodeSettings.of(config);
      HttpSettings httpSettings = HttpSettings.of(config);
      Stores.Lease store = Stores.acquire(settings.dataDir(), StoreSettings.of(config));
      MeshNode node =
          new MeshNode(
              config,
              nodeSettings,
              store,
              Mesh.selfIn(store.store(), settings),
              new MeshEvents(settings.eventsKept(), InstantSource.system()));
      try {
        node.http = HttpServer.start(new NodeApi(node), httpSettings).toCompletableFuture().join();
        node.startSystem();
        return node;
      } catch (RuntimeException e) {
        node.close();
        throw e;
      }
    } catch (ConfigException | StoreException e) {
      throw new NodeException(e.getMessage(), e);
    } catch (CompletionException e) {
      throw new NodeException(e.getCause().getMessage(), e);
    }
  }

  /** The peer as it lives in the present actor system; empty while that is being replaced. */
  public Optional<Mesh> mesh() {
    return Optional.ofNullable(mesh);
  }

  /** What this peer has noticed, in all its actor systems. */
  MeshEvents events() {
    return events;
  }

  ReadOnlySpells spells() {
    return spells;
  }

  PeerId self() {
    return self;
  }

  /** What the node waits for while {@link #mesh} is empty. */
  String waitsFor() {
    return waitsFor;
  }

  public InetSocketAddress httpAddress() {
    return http.address();
  }

  /** Completes when the node has ended; fails with what ended it, if nobody asked it to. */
  public CompletionStage<Void> ended() {
    return ended;
  }

  private void startSystem() {
    ActorSystem<Void> system;
    try {
      org.apache.pekko.actor.ActorSystem classic =
          org.apache.pekko.actor.ActorSystem.create(
              SYSTEM,
              ActorSystemSetup.create(BootstrapSetup.create(config), new EventsSetup(events)));
      system = Adapter.toTyped(classic);
    } catch (RuntimeException e) {
      throw new NodeException(whyNoSystem(e), e);
    }
    Mesh started;
    try {
      StoreExtension.get(system).use(store.store());
      started = Mesh.get(system);
    } catch (RuntimeException e) {
      system.terminate();
      throw e;
    }
    mesh = started;
    started.mustBeReplaced().thenAcceptAsync(why -> replaceSystem(started, why), lifecycle);
    started.failed().thenAcceptAsync(this::fail, lifecycle);
  }

  private String whyNoSystem(RuntimeException failure) {
    String address =
        config.getString("pekko.remote.artery.canonical.hostname")
            + ":"
            + config.getInt("pekko.remote.artery.canonical.port");
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof java.net.BindException
          || cause.getClass().getSimpleName().startsWith("RemoteTransport")) {
        return "peers cannot be served on "
            + address
            + " ("
            + cause.getMessage()
            + "); choose another port with --port or pekko.remote.artery.canonical.port, and an"
            + " address of this machine with pekko.remote.artery.canonical.hostname";
      }
    }
    return "the actor system cannot start: " + failure.getMessage();
  }

  /** Ends the actor system completely, then begins a new one on the same store. */
  private void replaceSystem(Mesh old, String why) {
    if (closing || mesh != old) {
      return;
    }
    LOG.info("Replacing the actor system: {}", why);
    events.record(self, new MeshEvent.SystemReplaced(why));
    waitsFor = "the actor system is being replaced: " + why;
    mesh = null;
    try {
      terminate(old.system());
      lifecycle.execute(this::startAgain);
    } catch (TimeoutException | ExecutionException | InterruptedException e) {
      fail(new NodeException("the old actor system did not end within " + STOPPING, e));
    }
  }

  private void startAgain() {
    if (!closing) {
      try {
        startSystem();
      } catch (RuntimeException e) {
        fail(e);
      }
    }
  }

  private static void terminate(ActorSystem<?> system)
      throws TimeoutException, ExecutionException, InterruptedException {
    system.terminate();
    system
        .getWhenTerminated()
        .toCompletableFuture()
        .get(STOPPING.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void fail(Throwable cause) {
    LOG.error("This peer cannot go on: {}", cause.getMessage());
    if (ended.completeExceptionally(cause)) {
      shutDown();
    }
  }

  /**
   * Leaves the mesh, unless {@code mesh.node.leave-on-stop} is off, and the cluster; then ends the
   * actor system, the server and the store.
   */
  @Override
  public void close() {
    if (ended.complete(null)) {
      CompletableFuture.runAsync(this::shutDown, lifecycle).join();
    }
  }

  /** Has {@link #close}, under way or to come, end at once what takes leave of others. */
  public void hurry() {
    if (hurried.complete(null)) {
      LOG.info("Asked again to stop: this peer takes leave of nobody");
    }
  }

  private void shutDown() {
    if (closing) {
      return;
    }
    closing = true;
    Mesh last = mesh;
    mesh = null;
    waitsFor = "the peer is stopping";
    if (last != null) {
      leave(last);
      try {
        CoordinatedShutdown.get(last.system())
            .runAll(CoordinatedShutdown.unknownReason())
            .runAfterEither(hurried, () -> {})
            .toCompletableFuture()
            .get(STOPPING.toMillis(), TimeUnit.MILLISECONDS);
        terminate(last.system());
      } catch (TimeoutException | ExecutionException | InterruptedException e) {
        LOG.warn("The actor system did not end within {}: {}", STOPPING, e.toString());
      }
    }
    if (http != null) {
      http.stop().toCompletableFuture().join();
    }
    store.close();
    lifecycle.shutdown();
  }

  private void leave(Mesh last) {
    if (!settings.leaveOnStop() || ended.isCompletedExceptionally()) {
      return;
    }
    LOG.info("Leaving the mesh: others take over what this peer holds");
    try {
      last.leave()
          .applyToEither(
              hurried.thenApply(asked -> Optional.of("it was asked again to stop")), why -> why)
          .toCompletableFuture()
          .get(settings.leaveTimeout().toMillis(), TimeUnit.MILLISECONDS)
          .ifPresentOrElse(
              why -> LOG.info("This peer stops without leaving the mesh: {}", why),
              () -> LOG.info("This peer has left the mesh"));
    } catch (TimeoutException | ExecutionException | InterruptedException e) {
      LOG.warn(
          "This peer has not left the mesh within {} (mesh.node.leave-timeout) and stops now",
          settings.leaveTimeout());
    }
  }
}
