package dev.mesh.events;

import dev.mesh.protocols.PeerId;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest events of one peer, in memory. Whoever reads on with the last id that it has seen
 * misses none, or is told how many. Thread-safe.
 */
public final class MeshEvents {
  /** The most listeners at once. */
  public static final int MAX_LISTENERS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(MeshEvents.class);

  /** Ids begin with the time, so that those of a later process are greater. */
  private static final int IDS_PER_MILLI = 1000;

  private final int kept;
  private final InstantSource clock;
  private final Deque<MeshEvent> latest = new ArrayDeque<>();
  private final List<Consumer<MeshEvent>> listeners = new CopyOnWriteArrayList<>();
  private final long firstId;
  private long nextId;

  /**
   * @param kept how many events are kept; older ones are forgotten
   */
  public MeshEvents(int kept, InstantSource clock) {
    this.kept = kept;
    this.clock = clock;
    this.firstId = clock.millis() * IDS_PER_MILLI;
    this.nextId = firstId;
  }

  /**
   * Events in their order.
   *
   * @param missed how many before them are forgotten, of those that were asked for
   */
  public record Batch(List<MeshEvent> events, long missed) {
    public Batch {
      events = List.copyOf(events);
    }
  }

  /** What {@code at} has noticed just now. */
  public void record(PeerId at, MeshEvent.What what) {
    MeshEvent event;
    synchronized (this) {
      event = new MeshEvent(nextId++, clock.instant(), at, what);
      latest.addLast(event);
      if (latest.size() > kept) {
        latest.removeFirst();
      }
    }
    for (Consumer<MeshEvent> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOG.warn("A listener to the mesh's events failed", e);
      }
    }
  }

  /** All that is kept. */
  public synchronized Batch recent() {
    return new Batch(List.copyOf(latest), nextId - firstId - latest.size());
  }

  /** The id of the latest event, or one that is less than that of the first. */
  public synchronized long latestId() {
    return nextId - 1;
  }

  /**
   * Those with greater ids than {@code id}.
   *
   * @param id of any event, also of an earlier process
   */
  public synchronized Batch after(long id) {
    List<MeshEvent> events = new ArrayList<>();
    for (MeshEvent event : latest) {
      if (event.id() > id) {
        events.add(event);
      }
    }
    long firstAsked = Math.max(id + 1, firstId);
    long firstHere = events.isEmpty() ? nextId : events.get(0).id();
    return new Batch(events, Math.max(0, firstHere - firstAsked));
  }

  /**
   * Has {@code listener} hear of each event from now on, by the thread that records it: it must
   * neither wait nor fail, and may be called by several threads at once.
   *
   * @return ends that
   * @throws IllegalStateException if there are {@value #MAX_LISTENERS} already
   */
  public synchronized Subscription subscribe(Consumer<MeshEvent> listener) {
    if (listeners.size() >= MAX_LISTENERS) {
      throw new IllegalStateException(
          "there are " + MAX_LISTENERS + " listeners to the mesh's events; close one first");
    }
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** A listener that is told of events. */
  @FunctionalInterface
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
