package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.sim.EventQueue;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * A client with a session: it sends a command, and sends it again, mostly to another peer, until an
 * answer comes. An answer may be lost like any message.
 */
final class SimulatedClient {
  /** How a client reaches the group. */
  interface Group {
    void propose(SimulatedClient from, Bytes command);
  }

  private record Pending(long command, Bytes padding, long nextTry) {}

  private final EventQueue events;
  private final SeededDraws draws;
  private final Oracle oracle;
  private final Group group;
  private final LongSupplier ids;
  private final int window;
  private final TreeMap<Long, Pending> pending = new TreeMap<>();
  private Optional<String> session = Optional.empty();
  private long lastSequence;
  private long nextOpen;

  /**
   * @param ids one for each command of any client
   */
  SimulatedClient(
      EventQueue events, SeededDraws draws, Oracle oracle, Group group, LongSupplier ids) {
    this.events = events;
    this.draws = draws;
    this.oracle = oracle;
    this.group = group;
    this.ids = ids;
    this.window = 1 + draws.below(RaftSimulation.ANSWERS);
  }

  /** Begins, or sends again, what is due; to be called every now and then. */
  void act() {
    if (session.isEmpty()) {
      openSession();
      return;
    }
    if (pending.size() < window) {
      Bytes padding = Bytes.wrap(new byte[draws.chance(5) ? 600 : draws.below(40)]);
      pending.put(++lastSequence, new Pending(ids.getAsLong(), padding, events.now()));
    }
    for (long sequence : List.copyOf(pending.keySet())) {
      send(sequence, pending.get(sequence));
    }
  }

  private void openSession() {
    if (nextOpen <= events.now()) {
      nextOpen = events.now() + patience();
      group.propose(this, SimulatedCommand.open().toBytes());
    }
  }

  private void send(long sequence, Pending command) {
    if (command.nextTry() <= events.now()) {
      pending.put(
          sequence, new Pending(command.command(), command.padding(), events.now() + patience()));
      SimulatedCommand sent =
          new SimulatedCommand(
              command.command(),
              session.orElseThrow(),
              sequence,
              pending.firstKey(),
              command.padding());
      group.propose(this, sent.toBytes());
    }
  }

  private long patience() {
    return draws.between(20, 300);
  }

  void answered(SimulatedCommand.Answer answer) {
    if (answer instanceof SimulatedCommand.Answer.Opened it) {
      if (session.isEmpty()) {
        session = Optional.of(it.session());
        lastSequence = 0;
      }
    } else if (answer instanceof SimulatedCommand.Answer.Executed it) {
      Pending done = isMine(it.session()) ? pending.remove(it.sequence()) : null;
      if (done != null) {
        oracle.acknowledged(done.command(), it.index());
      }
    } else if (answer instanceof SimulatedCommand.Answer.Expired it && isMine(it.session())) {
      oracle.sessionExpired();
      session = Optional.empty();
      pending.clear();
    }
  }

  private boolean isMine(String of) {
    return session.equals(Optional.of(of));
  }
}
