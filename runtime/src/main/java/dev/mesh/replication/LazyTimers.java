package dev.mesh.replication;

import dev.mesh.protocols.raft.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A core's timers. A follower sets its election timer anew with every message of its leader, so
 * setting one only moves a deadline; the scheduler is asked again when it fires too early.
 */
final class LazyTimers {
  private final TimerScheduler<GroupMessage> scheduler;
  private final Function<Timer, GroupMessage> fired;
  private final Map<Timer, Long> deadlines = new EnumMap<>(Timer.class);
  private final Map<Timer, Long> scheduled = new EnumMap<>(Timer.class);

  LazyTimers(TimerScheduler<GroupMessage> scheduler, Function<Timer, GroupMessage> fired) {
    this.scheduler = scheduler;
    this.fired = fired;
  }

  void set(Timer timer, long afterMillis) {
    long after = Duration.ofMillis(afterMillis).toNanos();
    long deadline = System.nanoTime() + after;
    if (timer == Timer.HEARTBEAT) {
      deadline -= Math.floorMod(deadline, after); // all groups' together: one message to each peer
    }
    deadlines.put(timer, deadline);
    Long next = scheduled.get(timer);
    if (next == null || deadline - next < 0) {
      schedule(timer, deadline);
    }
  }

  void cancel(Timer timer) {
    deadlines.remove(timer);
  }

  /** To be called when the scheduler's message arrives: whether the timer has really fired. */
  boolean hasFired(Timer timer) {
    scheduled.remove(timer);
    Long deadline = deadlines.get(timer);
    if (deadline == null) {
      return false;
    }
    if (deadline - System.nanoTime() > 0) {
      schedule(timer, deadline);
      return false;
    }
    deadlines.remove(timer);
    return true;
  }

  private void schedule(Timer timer, long deadline) {
    scheduled.put(timer, deadline);
    long nanos = Math.max(0, deadline - System.nanoTime());
    scheduler.startSingleTimer(timer, fired.apply(timer), Duration.ofNanos(nanos));
  }
}
