package dev.mesh.persistence.serialization;

import java.util.OptionalDouble;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * How many messages the mesh's actors of this system have sent to other peers. Those that travel in
 * the streams between replicas are not among them, nor are Pekko's own. A Pekko extension;
 * thread-safe.
 */
public final class WireTraffic implements Extension {
  private static final Id ID = new Id();

  /** Shorter than this a rate says little. */
  private static final double SHORTEST_SECONDS = 1;

  /** The past that a rate is about, if somebody asked then. */
  private static final double LONGEST_SECONDS = 30;

  private static final double NANOS = 1e9;

  private record Sample(long at, long sent) {}

  private final LongSupplier nanos;
  private final LongAdder sent = new LongAdder();
  private Sample earlier;
  private Sample later;

  WireTraffic(LongSupplier nanos) {
    this.nanos = nanos;
    this.earlier = new Sample(nanos.getAsLong(), 0);
    this.later = earlier;
  }

  public static WireTraffic get(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  void countSent() {
    sent.increment();
  }

  /** Since the actor system was started. */
  public long sent() {
    return sent.sum();
  }

  /**
   * Messages a second, over the last half minute or since somebody last asked if that is longer;
   * empty in the first second.
   */
  public synchronized OptionalDouble sentPerSecond() {
    Sample now = new Sample(nanos.getAsLong(), sent.sum());
    if (seconds(later, now) >= LONGEST_SECONDS) {
      earlier = later;
      later = now;
    }
    double seconds = seconds(earlier, now);
    return seconds < SHORTEST_SECONDS
        ? OptionalDouble.empty()
        : OptionalDouble.of((now.sent() - earlier.sent()) / seconds);
  }

  private static double seconds(Sample from, Sample to) {
    return (to.at() - from.at()) / NANOS;
  }

  private static final class Id extends AbstractExtensionId<WireTraffic> {
    @Override
    public WireTraffic createExtension(ExtendedActorSystem system) {
      return new WireTraffic(System::nanoTime);
    }
  }
}
