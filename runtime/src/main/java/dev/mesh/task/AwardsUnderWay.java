package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a ledger knows of the awards that peers hold: whether they have been taken, run, and when
 * they were last heard of. Kept in memory alone; after a recovery every award counts as not sent.
 * Bounded by the ledger's open tasks. Not thread-safe.
 */
final class AwardsUnderWay {
  /** So often is an award sent, each time after twice the wait, before it goes to another peer. */
  private static final int MAX_SENDS = 5;

  private final Map<String, Flight> flights = new HashMap<>();
  private final long resendMillis;
  private final long checkMillis;

  AwardsUnderWay(LedgerSettings settings) {
    this.resendMillis = settings.resendAfter().toMillis();
    this.checkMillis = settings.checkEvery().toMillis();
  }

  /** A new award, to be sent at once. */
  void add(TaskRecord task, long now) {
    flights.put(task.id(), new Flight(task, now));
  }

  /** The award of this task has ended; gives who had it. */
  Optional<Flight> remove(String id) {
    return Optional.ofNullable(flights.remove(id));
  }

  Optional<Flight> of(String id) {
    return Optional.ofNullable(flights.get(id));
  }

  /** The worker has it. False if it speaks of another award than the latest. */
  boolean heard(LedgerCommand.Held held, long now) {
    Flight flight = flights.get(held.id());
    if (flight == null || flight.token != held.token()) {
      return false;
    }
    flight.taken = true;
    flight.due = now + checkMillis;
    flight.startedAt = held.startedAt();
    flight.progress = held.progress();
    return true;
  }

  /** Awards to be sent now, for the first time or again. */
  List<Flight> toSend(long now) {
    List<Flight> due = new ArrayList<>();
    for (Flight flight : flights.values()) {
      if (!flight.taken && flight.sends < MAX_SENDS && flight.due <= now) {
        flight.due = now + (resendMillis << flight.sends);
        flight.sends++;
        due.add(flight);
      }
    }
    return due;
  }

  /** Awards that their peer was sent often enough and has never acknowledged. */
  List<Flight> untaken(long now) {
    return flights.values().stream()
        .filter(flight -> !flight.taken && flight.sends == MAX_SENDS && flight.due <= now)
        .toList();
  }

  /** Awards that have not been heard of for a while. A peer that lost one says so when asked. */
  List<Flight> toCheck(long now) {
    List<Flight> due = new ArrayList<>();
    for (Flight flight : flights.values()) {
      if (flight.taken && flight.due <= now) {
        flight.due = now + checkMillis;
        due.add(flight);
      }
    }
    return due;
  }

  /** One award on its way. */
  static final class Flight {
    private final String id;
    private final long token;
    private final PeerId peer;
    private boolean taken;
    private long startedAt;
    private Optional<String> progress = Optional.empty();

    /** When it is sent again while not taken, or asked after once it is. */
    private long due;

    private int sends;

    private Flight(TaskRecord task, long now) {
      this.id = task.id();
      this.token = task.token();
      this.peer = task.peer().orElseThrow();
      this.due = now;
    }

    String id() {
      return id;
    }

    PeerId peer() {
      return peer;
    }

    WorkCommand.AwardKey key() {
      return new WorkCommand.AwardKey(id, token);
    }

    /** When its handler was called, 0 if that is not known to have happened. */
    long startedAt() {
      return startedAt;
    }

    Optional<String> progress() {
      return progress;
    }
  }
}
