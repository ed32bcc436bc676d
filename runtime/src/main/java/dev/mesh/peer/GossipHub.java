package dev.mesh.peer;

import dev.mesh.gossip.GossipException;
import dev.mesh.gossip.MeshGossip;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.gossip.Aggregate;
import dev.mesh.protocols.gossip.AppEntry;
import dev.mesh.protocols.gossip.HashTree;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the gossip of a peer and its application: the actor shows here what it has heard, and the
 * application reads it without waiting. Thread-safe. It outlives the actor.
 */
final class GossipHub implements MeshGossip {
  static final String LOAD = "load";
  static final int MAX_SUBSCRIPTIONS = 1000;
  static final int MAX_CONTRIBUTIONS = 16;

  private static final int MAX_NAME = 100;
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(GossipHub.class);

  /** Where entries are written, once there is gossip. */
  private record Attached(ActorRef<GossipActor.Command> actor, ActorSystem<?> system) {}

  private final Map<String, DoubleSupplier> contributions = new ConcurrentHashMap<>();
  private final List<GossipSubscription> subscriptions = new CopyOnWriteArrayList<>();
  private volatile HashTree<AppEntry> entries = HashTree.empty();
  private volatile Map<String, Aggregate> aggregates = Map.of();
  private volatile Optional<Attached> attached = Optional.empty();

  void attach(ActorRef<GossipActor.Command> actor, ActorSystem<?> system) {
    attached = Optional.of(new Attached(actor, system));
  }

  @Override
  public CompletionStage<Void> publish(String key, byte[] value) {
    return write(key, Optional.of(Bytes.wrap(value.clone())));
  }

  @Override
  public CompletionStage<Void> delete(String key) {
    return write(key, Optional.empty());
  }

  private CompletionStage<Void> write(String key, Optional<Bytes> value) {
    Optional<Attached> there = attached;
    if (there.isEmpty()) {
      return CompletableFuture.failedStage(
          new GossipException("this peer is not a member of its mesh yet: wait for Mesh.ready()"));
    }
    return AskPattern.<GossipActor.Command, GossipActor.Written>ask(
            there.get().actor(),
            replyTo -> new GossipActor.Write(key, value, replyTo),
            WRITE_TIMEOUT,
            there.get().system().scheduler())
        .thenAccept(
            written ->
                written
                    .refusal()
                    .ifPresent(
                        why -> {
                          throw new GossipException("'" + key + "' is not published: " + why);
                        }));
  }

  @Override
  public Optional<byte[]> get(String key) {
    return entries.get(key).flatMap(AppEntry::value).map(Bytes::toArray);
  }

  @Override
  public SortedMap<String, byte[]> list(String prefix) {
    SortedMap<String, byte[]> found = new TreeMap<>();
    entries.forEach(
        entry ->
            entry
                .value()
                .filter(value -> entry.key().startsWith(prefix))
                .ifPresent(value -> found.put(entry.key(), value.toArray())));
    return found;
  }

  @Override
  public synchronized Subscription subscribe(String prefix, Listener listener) {
    if (subscriptions.size() >= MAX_SUBSCRIPTIONS) {
      throw new IllegalStateException(
          "there are " + MAX_SUBSCRIPTIONS + " subscriptions: close those that are not needed");
    }
    GossipSubscription added = new GossipSubscription(prefix, listener, subscriptions::remove);
    attached.ifPresent(
        there ->
            entries.forEach(
                entry -> {
                  if (!entry.isTombstone()) {
                    added.offer(entry, executor(there));
                  }
                }));
    subscriptions.add(added);
    return added;
  }

  @Override
  public void contribute(String name, DoubleSupplier value) {
    if (name.equals(LOAD) || name.isEmpty() || name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "an aggregate cannot be called '" + name + "': give 1 to 100 characters, not 'load'");
    }
    synchronized (contributions) {
      if (contributions.size() >= MAX_CONTRIBUTIONS && !contributions.containsKey(name)) {
        throw new IllegalArgumentException(
            "this peer has "
                + MAX_CONTRIBUTIONS
                + " aggregates already, '"
                + name
                + "' is too many");
      }
      contributions.put(name, value);
    }
  }

  /** What this peer has to say in aggregates now; what cannot be said is left out. */
  Map<String, Double> contributions() {
    Map<String, Double> values = new HashMap<>();
    contributions.forEach(
        (name, supplier) -> {
          try {
            double value = supplier.getAsDouble();
            if (Double.isFinite(value)) {
              values.put(name, value);
            }
          } catch (RuntimeException e) {
            LOG.warn("The value of '{}' is not known", name, e);
          }
        });
    return values;
  }

  Optional<Aggregate> aggregate(String name) {
    return Optional.ofNullable(aggregates.get(name));
  }

  void aggregatesAre(Map<String, Aggregate> latest) {
    aggregates = Map.copyOf(latest);
  }

  HashTree<AppEntry> entries() {
    return entries;
  }

  void entriesAre(HashTree<AppEntry> latest) {
    entries = latest;
  }

  /** An entry changed, and is among {@link #entriesAre} already. */
  synchronized void changed(AppEntry entry) {
    attached.ifPresent(there -> subscriptions.forEach(it -> it.offer(entry, executor(there))));
  }

  /** Listeners may block. */
  private static Executor executor(Attached there) {
    return there.system().dispatchers().lookup(DispatcherSelector.blocking());
  }
}
