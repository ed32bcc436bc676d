package dev.mesh.protocols.sim;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Virtual time: what is scheduled happens in the order of its time, ties in order of scheduling.
 */
public final class EventQueue {
  private record Event(long at, long sequence, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::sequence));
  private long now;
  private long scheduled;

  public long now() {
    return now;
  }

  public void after(long millis, Runnable action) {
    events.add(new Event(now + millis, scheduled++, action));
  }

  /** Lets time pass up to {@code until}, or until {@code done} says so between two events. */
  public void run(long until, BooleanSupplier done) {
    while (!done.getAsBoolean() && !events.isEmpty() && events.peek().at() <= until) {
      Event event = events.remove();
      now = event.at();
      event.action().run();
    }
  }
}
