package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a ledger has decided for one batch: events to be written together, and what follows once
 * they are on disk. A task is decided at most once in a batch, so that each decision sees the state
 * as it is on disk.
 */
final class Plan {
  private final LinkedHashMap<String, LedgerEvent> byTask = new LinkedHashMap<>();
  private final List<LedgerEvent> events = new ArrayList<>();
  private final List<Consumer<List<LedgerEffect>>> then = new ArrayList<>();
  private final List<LedgerCommand> again = new ArrayList<>();
  private final Map<PeerId, List<WorkCommand.AwardKey>> confirmed = new HashMap<>();
  private final Map<PeerId, List<WorkCommand.AwardKey>> revoked = new HashMap<>();
  private long lastToken;

  Plan(long lastToken) {
    this.lastToken = lastToken;
  }

  /** Writes {@code event}, which decides task {@code id}. */
  void decide(String id, LedgerEvent event) {
    byTask.put(id, event);
    events.add(event);
  }

  /** Writes an event that is about no one task. */
  void write(LedgerEvent event) {
    events.add(event);
  }

  boolean decides(String id) {
    return byTask.containsKey(id);
  }

  /** The digest of a task that this batch takes, or null. */
  Long submittedDigest(String id) {
    return byTask.get(id) instanceof LedgerEvent.Submitted submitted ? submitted.digest() : null;
  }

  long nextToken() {
    return ++lastToken;
  }

  /** To be done once the events are on disk and applied. */
  void then(Consumer<List<LedgerEffect>> step) {
    then.add(step);
  }

  /** To be considered in the next batch: it is about a task that is decided in this one. */
  void again(LedgerCommand command) {
    again.add(command);
  }

  void confirm(PeerId peer, String id, long token) {
    confirmed
        .computeIfAbsent(peer, any -> new ArrayList<>())
        .add(new WorkCommand.AwardKey(id, token));
  }

  void revoke(PeerId peer, WorkCommand.AwardKey key) {
    revoked.computeIfAbsent(peer, any -> new ArrayList<>()).add(key);
  }

  List<LedgerEvent> events() {
    return events;
  }

  int size() {
    return events.size();
  }

  List<Consumer<List<LedgerEffect>>> steps() {
    return then;
  }

  List<LedgerCommand> again() {
    return again;
  }

  Map<PeerId, List<WorkCommand.AwardKey>> confirmed() {
    return confirmed;
  }

  Map<PeerId, List<WorkCommand.AwardKey>> revoked() {
    return revoked;
  }
}
