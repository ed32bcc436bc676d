package dev.mesh.protocols.raft;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.sim.SeededDraws;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A group that does only what a transcript's commands say. Messages stay in flight until they are
 * delivered or dropped; disks and machines answer at once unless they are stopped.
 */
final class TranscriptGroup {
  private static final int CHUNK = 5;
  private static final int ENDLESS = 1_000;
  private static final RaftSettings SETTINGS =
      new RaftSettings(100, 200, 30, 1, 4, 8, 400, 500, 1_000, 200, 8, false, 10);

  private record Flight(PeerId from, PeerId to, Message message) {}

  /** One peer with what a crash leaves of it. */
  private static final class Member {
    private final SimulatedDisk disk;
    private final SimulatedMachine machine;
    private Raft raft;
    private boolean diskStopped;
    private long lastBatch;
    private int unsynced;

    Member(Membership membership) {
      this.disk = new SimulatedDisk(membership);
      this.machine = new SimulatedMachine(membership);
    }
  }

  private final Map<PeerId, Member> members = new TreeMap<>();
  private final List<Flight> flights = new ArrayList<>();
  private final SeededDraws draws = new SeededDraws(1);
  private List<String> said = new ArrayList<>();
  private long requests;

  /** Returns what the group says and does. */
  List<String> command(String line) {
    said = new ArrayList<>();
    List<String> words = Arrays.asList(line.split(" "));
    switch (words.get(0)) {
      case "group" -> found(words.subList(1, words.size()));
      case "start" -> start(id(words, 1));
      case "lead" -> lead(id(words, 1));
      case "crash" -> crash(id(words, 1));
      case "election-timeout" -> input(id(words, 1), new Input.TimerFired(Timer.ELECTION));
      case "heartbeat" -> input(id(words, 1), new Input.TimerFired(Timer.HEARTBEAT));
      case "propose" ->
          input(id(words, 1), new Input.Propose(++requests, Bytes.utf8(words.get(2))));
      case "read" -> input(id(words, 1), new Input.Read(++requests, 0));
      case "compact" -> input(id(words, 1), new Input.Compact(Long.parseLong(words.get(2))));
      case "stop-disk" -> member(id(words, 1)).diskStopped = true;
      case "go-disk" -> goDisk(id(words, 1));
      case "deliver" -> deliver(words);
      case "drop" -> flights.removeIf(selected(words));
      case "show" -> members.forEach(this::show);
      default -> throw new IllegalArgumentException("no such command: " + line);
    }
    return said;
  }

  private static PeerId id(List<String> words, int at) {
    return new PeerId(words.get(at));
  }

  private Member member(PeerId id) {
    return members.get(id);
  }

  private void found(List<String> names) {
    Membership membership = Membership.of(names.stream().map(PeerId::new).toList());
    for (PeerId id : membership.voters()) {
      members.put(id, new Member(membership));
      start(id);
    }
  }

  private void start(PeerId id) {
    Member member = member(id);
    Recovered recovered = member.disk.recover(member.machine.mark());
    member.raft = new Raft(id, SETTINGS, recovered, draws.fork());
    member.diskStopped = false;
    carryOut(id, member.raft.start());
  }

  /** An election that nothing disturbs, told in one line. */
  private void lead(PeerId id) {
    input(id, new Input.TimerFired(Timer.ELECTION));
    deliver(List.of("deliver"));
    said.clear();
    show(id, member(id));
  }

  private void crash(PeerId id) {
    Member member = member(id);
    member.raft = null;
    member.disk.crash(bound -> 0);
  }

  private void goDisk(PeerId id) {
    Member member = member(id);
    member.diskStopped = false;
    member.disk.sync(member.unsynced);
    input(id, new Input.Persisted(member.lastBatch));
  }

  /** All that is in flight and all that comes of it; between two peers only what is in flight. */
  private void deliver(List<String> words) {
    if (words.size() == 1) {
      for (int i = 0; !flights.isEmpty(); i++) {
        if (i == ENDLESS) {
          throw new AssertionError("the group never comes to rest");
        }
        arrive(flights.remove(0));
      }
      return;
    }
    List<Flight> chosen = flights.stream().filter(selected(words)).toList();
    flights.removeAll(chosen);
    chosen.forEach(this::arrive);
  }

  private static Predicate<Flight> selected(List<String> words) {
    return flight ->
        words.size() == 1
            || (flight.from().equals(id(words, 1)) && flight.to().equals(id(words, 2)));
  }

  private void arrive(Flight flight) {
    input(flight.to(), new Input.Receive(flight.from(), flight.message()));
  }

  private void input(PeerId id, Input first) {
    Member member = member(id);
    Deque<Input> inputs = new ArrayDeque<>(List.of(first));
    while (!inputs.isEmpty() && member.raft != null) {
      member.raft.step(inputs.remove());
      inputs.addAll(carryOut(id, member.raft.flush()));
      member.raft.checkInvariants();
    }
  }

  /** Returns what the disk and the machine answer. */
  private List<Input> carryOut(PeerId id, List<Effect> effects) {
    Member member = member(id);
    List<Input> answers = new ArrayList<>();
    for (Effect effect : effects) {
      String line = TranscriptText.of(effect);
      if (!line.isEmpty()) {
        said.add(id + " " + line);
      }
      if (effect instanceof Effect.Send it) {
        flights.add(new Flight(id, it.to(), it.message()));
      } else if (effect instanceof Effect.Persist it) {
        answers.addAll(persist(member, it));
      } else if (effect instanceof Effect.Apply it) {
        member.machine.apply(it.entries());
        answers.add(new Input.Applied(member.machine.mark().index()));
      } else {
        answers.addAll(transfer(member, effect));
      }
    }
    return answers;
  }

  private static List<Input> persist(Member member, Effect.Persist write) {
    member.unsynced = member.disk.write(write.records());
    member.lastBatch = write.batch();
    if (member.diskStopped) {
      return List.of();
    }
    member.disk.sync(member.unsynced);
    return List.of(new Input.Persisted(write.batch()));
  }

  private static List<Input> transfer(Member member, Effect effect) {
    if (effect instanceof Effect.ReadChunk it) {
      Bytes snapshot = member.machine.snapshot();
      int offset = (int) it.offset();
      int size = Math.min(CHUNK, snapshot.length() - offset);
      boolean last = offset + size == snapshot.length();
      Bytes chunk = snapshot.slice(offset, size);
      return List.of(new Input.ChunkRead(it.to(), member.machine.mark(), offset, chunk, last));
    } else if (effect instanceof Effect.WriteChunk it) {
      member.machine.stage(it.offset(), it.chunk());
      return List.of(new Input.ChunkWritten(it.mark(), it.offset() + it.chunk().length()));
    } else if (effect instanceof Effect.InstallSnapshot it) {
      member.machine.install(it.mark());
      return List.of(new Input.SnapshotInstalledInMachine(it.mark()));
    }
    return List.of();
  }

  private void show(PeerId id, Member member) {
    said.add(id + " " + (member.raft == null ? "is down" : TranscriptText.of(member.raft)));
  }
}
