package dev.mesh.peer;

import dev.mesh.gossip.MeshGossip;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.gossip.AppEntry;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a listener of changes, one at a time and never on the thread that found them. What waits is
 * the latest of each key, of at most {@value #MAX_WAITING} keys; beyond, the oldest is not told.
 */
final class GossipSubscription implements MeshGossip.Subscription {
  static final int MAX_WAITING = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(GossipSubscription.class);

  private final String prefix;
  private final MeshGossip.Listener listener;
  private final Consumer<GossipSubscription> onClose;
  private final Map<String, AppEntry> waiting = new LinkedHashMap<>();
  private boolean running;
  private boolean closed;

  GossipSubscription(
      String prefix, MeshGossip.Listener listener, Consumer<GossipSubscription> onClose) {
    this.prefix = prefix;
    this.listener = listener;
    this.onClose = onClose;
  }

  synchronized void offer(AppEntry entry, Executor executor) {
    if (closed || !entry.key().startsWith(prefix)) {
      return;
    }
    if (waiting.size() >= MAX_WAITING && !waiting.containsKey(entry.key())) {
      Iterator<String> oldest = waiting.keySet().iterator();
      LOG.warn("A listener to '{}' is too slow to be told of '{}'", prefix, oldest.next());
      oldest.remove();
    }
    waiting.put(entry.key(), entry);
    if (!running) {
      running = true;
      executor.execute(this::tell);
    }
  }

  private void tell() {
    for (Optional<AppEntry> next = next(); next.isPresent(); next = next()) {
      AppEntry entry = next.get();
      try {
        listener.changed(entry.key(), entry.value().map(Bytes::toArray));
      } catch (RuntimeException e) {
        LOG.error("A listener to '{}' failed on '{}'", prefix, entry.key(), e);
      }
    }
  }

  private synchronized Optional<AppEntry> next() {
    Iterator<AppEntry> entries = waiting.values().iterator();
    if (closed || !entries.hasNext()) {
      running = false;
      return Optional.empty();
    }
    AppEntry next = entries.next();
    entries.remove();
    return Optional.of(next);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      waiting.clear();
    }
    onClose.accept(this);
  }
}
