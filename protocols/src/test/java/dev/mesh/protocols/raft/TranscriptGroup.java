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
  private static final int CHUNK = 8;
  private static final int ENDLESS = 1_000;

  private record Flight(PeerId from, PeerId to, Message message) {}

  /** One peer with what a crash leaves of it. */
  private static final class Member {
    private final SimulatedDisk disk;
    private final TranscriptMachine machine;
    private Raft raft;
    private boolean diskStopped;
    private long lastBatch;
    private int unsynced;

    Member(Membership membership) {
      this.disk = new SimulatedDisk(membership);
      this.machine = new TranscriptMachine(membership);
    }
  }

  private final Map<PeerId, Member> members = new TreeMap<>();
  private final List<Flight> flights = new ArrayList<>();
  private final SeededDraws draws = new SeededDraws(1);
  private List<String> said = new ArrayList<>();
  private long requests;
  private boolean leases;

  /** Returns what the group says and does. */
  List<String> command(String line) {
    said = new ArrayList<>();
    List<String> words = Arrays.asList(line.split(" "));
    switch (words.get(0)) {
      case "group" -> found(words.subList(1, words.size()));
      case "leases" -> leases = true;
      case "join" -> join(id(words, 1));
      case "start" -> start(id(words, 1));
      case "lead" -> lead(id(words, 1));
      case "crash" -> crash(id(words, 1));
      case "election-timeout" -> input(id(words, 1), new Input.TimerFired(Timer.ELECTION));
      case "heartbeat" -> input(id(words, 1), new Input.TimerFired(Timer.HEARTBEAT));
      case "give-up-transfer" -> input(id(words, 1), new Input.TimerFired(Timer.TRANSFER));
      case "propose" -> propose(words);
      case "read" -> input(id(words, 1), new Input.Read(++requests, number(words, 2)));
      case "change" -> change(words);
      case "transfer" ->
          input(id(words, 1), new Input.TransferLeadership(++requests, id(words, 2)));
      case "compact" -> input(id(words, 1), new Input.Compact(number(words, 2)));
      case "stop-disk" -> member(id(words, 1)).diskStopped = true;
      case "go-disk" -> goDisk(id(words, 1));
      case "deliver" -> deliver(words);
      case "drop" -> flights.removeIf(selected(words));
      case "damage" -> damage(words);
      case "show" -> members.forEach(this::show);
      default -> throw new IllegalArgumentException("no such command: " + line);
    }
    return said;
  }

  private static PeerId id(List<String> words, int at) {
    return new PeerId(words.get(at));
  }

  /** The number at {@code at}, 0 if there is none. */
  private static long number(List<String> words, int at) {
    return words.size() > at ? Long.parseLong(words.get(at)) : 0;
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

  /** A peer that knows nobody yet. */
  private void join(PeerId id) {
    members.put(id, new Member(Membership.NONE));
    start(id);
  }

  private RaftSettings settings() {
    return new RaftSettings(100, 200, 30, 1, 4, 8, 400, 500, 1_000, 1_000_000, 200, 8, leases, 10);
  }

  private void propose(List<String> words) {
    String command = String.join(" ", words.subList(2, words.size()));
    input(id(words, 1), new Input.Propose(++requests, Bytes.utf8(command)));
  }

  /** Voters, and after a "+" learners. */
  private void change(List<String> words) {
    List<PeerId> voters = new ArrayList<>();
    List<PeerId> learners = new ArrayList<>();
    List<PeerId> into = voters;
    for (String word : words.subList(2, words.size())) {
      if (word.equals("+")) {
        into = learners;
      } else {
        into.add(new PeerId(word));
      }
    }
    input(id(words, 1), new Input.Reconfigure(++requests, new Membership(voters, learners)));
  }

  private void start(PeerId id) {
    Member member = member(id);
    Recovered recovered = member.disk.recover(member.machine.mark());
    member.raft = new Raft(id, settings(), recovered, draws.fork());
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

  /** The parts of snapshots in flight from the one to the other arrive altered. */
  private void damage(List<String> words) {
    flights.replaceAll(
        flight ->
            selected(words).test(flight) && flight.message() instanceof Message.InstallSnapshot it
                ? new Flight(flight.from(), flight.to(), damaged(it))
                : flight);
  }

  private static Message damaged(Message.InstallSnapshot chunk) {
    byte[] bytes = chunk.chunk().toArray();
    bytes[0] ^= 1;
    return new Message.InstallSnapshot(
        chunk.term(),
        chunk.mark(),
        chunk.offset(),
        Bytes.wrap(bytes),
        chunk.last(),
        chunk.checksum());
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
        it.entries().forEach(entry -> apply(id, member, entry));
        answers.add(new Input.Applied(member.machine.mark().index()));
      } else {
        answers.addAll(transfer(member, effect));
      }
    }
    return answers;
  }

  /** What a client hears is told of the leader, which is whom it asked. */
  private void apply(PeerId id, Member member, Entry entry) {
    String answer = member.machine.apply(entry);
    if (!answer.isEmpty() && member.raft.role() == Role.LEADER) {
      said.add(id + " " + answer);
    }
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
    if (member.raft == null) {
      said.add(id + " is down");
      return;
    }
    said.add(id + " " + TranscriptText.of(member.raft));
    if (!member.machine.executed().isEmpty()) {
      said.add("  has executed " + member.machine.executed());
    }
  }
}
