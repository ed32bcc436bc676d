package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.EventQueue;
import dev.mesh.protocols.sim.Network;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** One core with a host made of virtual time: its disk, its state machine, its timers. */
final class SimulatedPeer {
  private static final int CHUNK = 64;

  /** A client's request that has a place in the log. */
  private record Proposal(long id, long term) {}

  /** A snapshot that is open for a follower. */
  private record Opened(SnapshotMark mark, Bytes bytes) {}

  private final PeerId id;
  private final RaftSettings settings;
  private final EventQueue events;
  private final Network<Message> network;
  private final Oracle oracle;
  private final SeededDraws draws;
  private final SimulatedDisk disk;
  private final SimulatedMachine machine;
  private final Map<Timer, Long> timers = new EnumMap<>(Timer.class);
  private final Map<PeerId, Opened> opened = new HashMap<>();
  private final Map<Long, Proposal> proposals = new HashMap<>();
  private final BiConsumer<Long, SimulatedCommand.Answer> answers;

  /** How this peer's clock runs, in percent: no two drift apart by more than a lease allows for. */
  private final long clockRate;

  /** What the clock showed at first: clocks of different peers have nothing to do with another. */
  private final long clockStart;

  private Raft raft;
  private boolean up;
  private boolean flushDue;

  /** Counts crashes: what was under way before one never arrives. */
  private int life;

  private long timerSettings;
  private long machineFree;
  private long diskFree;
  private long slowestSync = 5;
  private int unreadablePercent;

  /**
   * @param answers takes the answers to requests, for their clients
   */
  SimulatedPeer(
      PeerId id,
      Scenario scenario,
      EventQueue events,
      Network<Message> network,
      Oracle oracle,
      BiConsumer<Long, SimulatedCommand.Answer> answers,
      SeededDraws draws) {
    this.id = id;
    this.settings = scenario.settings();
    this.events = events;
    this.network = network;
    this.oracle = oracle;
    this.draws = draws;
    Membership founders = scenario.founders();
    Membership bootstrap = founders.isMember(id) ? founders : Membership.NONE;
    this.disk = new SimulatedDisk(bootstrap);
    this.machine = new SimulatedMachine(bootstrap, oracle::executed);
    this.answers = answers;
    long drift = scenario.driftPercent();
    this.clockRate = 100 + draws.any(List.of(-drift, drift, draws.between(-drift, drift)));
    this.clockStart = draws.below(10_000);
  }

  PeerId id() {
    return id;
  }

  Raft raft() {
    return raft;
  }

  boolean isUp() {
    return up;
  }

  boolean leads() {
    return up && raft.role() == Role.LEADER;
  }

  SimulatedMachine machine() {
    return machine;
  }

  long clock() {
    return clockStart + events.now() * clockRate / 100;
  }

  void trouble(long newSlowestSync, int newUnreadablePercent) {
    slowestSync = newSlowestSync;
    unreadablePercent = newUnreadablePercent;
  }

  void start() {
    raft = new Raft(id, settings, disk.recover(machine.mark()), draws.fork());
    up = true;
    oracle.started(this);
    carryOut(raft.start());
  }

  void crash() {
    up = false;
    life++;
    flushDue = false;
    timers.clear();
    opened.clear();
    proposals.clear();
    disk.crash(draws);
  }

  /** Some inputs share a flush, as they do at a busy host. */
  void step(Input input) {
    if (!up) {
      return;
    }
    raft.step(input);
    raft.checkInvariants();
    oracle.holds(this, raft.logBytes());
    if (draws.chance(60)) {
      flush();
    } else if (!flushDue) {
      flushDue = true;
      later(draws.between(0, 2), this::flush);
    }
  }

  private void flush() {
    flushDue = false;
    List<Effect> effects = raft.flush();
    oracle.observe(this, effects);
    carryOut(effects);
  }

  private void later(long millis, Runnable action) {
    int thisLife = life;
    events.after(
        millis,
        () -> {
          if (life == thisLife) {
            action.run();
          }
        });
  }

  private void carryOut(List<Effect> effects) {
    effects.forEach(this::carryOut);
  }

  private void carryOut(Effect effect) {
    if (effect instanceof Effect.Send it) {
      network.send(id, it.to(), it.message());
    } else if (effect instanceof Effect.Persist it) {
      persist(it);
    } else if (effect instanceof Effect.Apply it) {
      atMachine(() -> apply(it.entries()));
    } else if (effect instanceof Effect.SetTimer it) {
      setTimer(it.timer(), it.afterMillis());
    } else if (effect instanceof Effect.CancelTimer it) {
      timers.remove(it.timer());
    } else if (effect instanceof Effect.ReadChunk it) {
      later(draws.between(0, 5), () -> readChunk(it));
    } else if (effect instanceof Effect.CloseSnapshot it) {
      opened.remove(it.to());
    } else if (effect instanceof Effect.WriteChunk it) {
      later(draws.between(0, 5), () -> writeChunk(it));
    } else if (effect instanceof Effect.InstallSnapshot it) {
      atMachine(() -> install(it.mark()));
    } else if (effect instanceof Effect.Proposed it) {
      proposals.put(it.index(), new Proposal(it.id(), it.term()));
    }
  }

  private void persist(Effect.Persist write) {
    int mark = disk.write(write.records());
    diskFree = Math.max(diskFree, events.now()) + draws.between(0, slowestSync);
    later(
        diskFree - events.now(),
        () -> {
          disk.sync(mark);
          step(new Input.Persisted(write.batch()));
        });
  }

  private void setTimer(Timer timer, long afterMillis) {
    long setting = ++timerSettings;
    timers.put(timer, setting);
    long longAfter = (afterMillis * 100 + clockRate - 1) / clockRate;
    later(
        longAfter,
        () -> {
          if (timers.remove(timer, setting)) {
            step(new Input.TimerFired(timer));
          }
        });
  }

  /** One thing after the other. */
  private void atMachine(Runnable action) {
    machineFree = Math.max(machineFree, events.now()) + draws.between(0, 3);
    later(machineFree - events.now(), action);
  }

  private void apply(List<Entry> entries) {
    for (Entry entry : entries) {
      Optional<SimulatedCommand.Answer> answer = machine.apply(entry);
      Proposal proposal = proposals.remove(entry.index());
      if (proposal != null && proposal.term() == entry.term()) {
        answer.ifPresent(it -> answers.accept(proposal.id(), it));
      }
    }
    oracle.applied(this, entries);
    step(new Input.Applied(machine.mark().index()));
  }

  private void install(SnapshotMark mark) {
    machine.install(mark);
    oracle.installed(this, mark);
    step(new Input.SnapshotInstalledInMachine(mark));
  }

  private void readChunk(Effect.ReadChunk read) {
    if (read.mark().isEmpty()) {
      opened.put(read.to(), new Opened(machine.mark(), machine.snapshot()));
    }
    Opened snapshot = opened.get(read.to());
    boolean readable =
        snapshot != null
            && (read.mark().isEmpty() || read.mark().get().equals(snapshot.mark()))
            && !draws.chance(unreadablePercent);
    if (!readable) {
      step(new Input.ChunkUnavailable(read.to()));
      return;
    }
    int offset = (int) read.offset();
    int size = Math.min(CHUNK, snapshot.bytes().length() - offset);
    boolean last = offset + size == snapshot.bytes().length();
    step(
        new Input.ChunkRead(
            read.to(), snapshot.mark(), offset, snapshot.bytes().slice(offset, size), last));
  }

  private void writeChunk(Effect.WriteChunk write) {
    if (draws.chance(unreadablePercent)) {
      step(new Input.ChunkWritten(write.mark(), 0));
      return;
    }
    machine.stage(write.offset(), write.chunk());
    step(new Input.ChunkWritten(write.mark(), write.offset() + write.chunk().length()));
  }
}
