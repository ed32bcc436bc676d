package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/** A peer as its observer sees it. Times are nanoseconds. */
final class Watched {
  /** The weight of the newest in the mean, as of TCP's round-trip time (RFC 6298). */
  private static final double NEWEST = 1.0 / 8;

  private long heardAt;
  private long pingedAt;
  private OptionalDouble latency = OptionalDouble.empty();

  /** When the latest ping was sent that it has answered. */
  private long answeredPing = Long.MIN_VALUE;

  /** Who says that the peer is silent, and since when; empty unless it is suspected. */
  private final TreeMap<PeerId, Long> confirmed = new TreeMap<>();

  Watched(long now) {
    heardAt = now;
    pingedAt = now;
  }

  void heard(long now) {
    heardAt = Math.max(heardAt, now);
    confirmed.clear();
  }

  void pinged(long now) {
    pingedAt = now;
  }

  void answered(long pingSentAt, long now) {
    long nanos = now - pingSentAt;
    answeredPing = Math.max(answeredPing, pingSentAt);
    latency =
        OptionalDouble.of(
            latency.isEmpty() ? nanos : (1 - NEWEST) * latency.getAsDouble() + NEWEST * nanos);
  }

  /** The observer slept for so long: as if that time had not been. */
  void forgive(long nanos, long now) {
    heardAt = Math.min(now, heardAt + nanos);
    pingedAt = Math.min(now, pingedAt + nanos);
    confirmed.clear();
  }

  long silence(long now) {
    return now - heardAt;
  }

  boolean hasAnsweredSince(long time) {
    return answeredPing >= time;
  }

  boolean heardSince(long time) {
    return heardAt >= time;
  }

  /** Whether the latest ping has no answer yet. */
  boolean owesAnswer() {
    return heardAt < pingedAt;
  }

  void confirm(PeerId by, long now) {
    confirmed.put(by, now);
  }

  void deny(PeerId by) {
    confirmed.remove(by);
  }

  void acquit() {
    confirmed.clear();
  }

  /** Who has said since {@code time} that the peer is silent. */
  Set<PeerId> confirmedSince(long time) {
    confirmed.values().removeIf(at -> at < time);
    return Set.copyOf(confirmed.keySet());
  }

  Set<PeerId> confirmedBy() {
    return Set.copyOf(confirmed.keySet());
  }

  /** Mean time that an answer took, in nanoseconds; empty until there was one. */
  OptionalDouble latency() {
    return latency;
  }
}
