package dev.mesh.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One ledger and three workers on one thread, from one seed: messages are lost, doubled and late,
 * workers die and come back, the ledger dies before or after a write and is made again from what it
 * wrote. After every step the promises of {@link LedgerCore} are checked; after the faults all
 * tasks must end.
 */
class LedgerSimulationTest {
  private static final Set<String> KINDS = Set.of("echo");
  private static final long FAULTS_UNTIL = 60_000;
  private static final long END = 400_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void keepsItsPromisesThroughFaults(long seed) {
    new Simulation(seed).run();
  }

  private static final class Simulation {
    private final Random random;
    private final LedgerSettings settings = LedgerFixtures.settings("max-losses", 1000);
    private final WorkSettings workSettings = LedgerFixtures.workSettings("slots", 3);
    private final TestInbox<LedgerReply> client = TestInbox.create();
    private final List<LedgerEvent> journal = new ArrayList<>();
    private final List<LedgerCommand> gathered = new ArrayList<>();
    private final PriorityQueue<Event> agenda = new PriorityQueue<>();
    private final Map<PeerId, Worker> workers = new HashMap<>();
    private final Map<PeerId, Long> live = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Set<String> acknowledged = new HashSet<>();
    private LedgerState state = new LedgerState();
    private LedgerCore core;
    private long now = 1_000;
    private long events;

    Simulation(long seed) {
      random = new Random(seed);
      core = new LedgerCore(0, settings, state, now);
      for (String name : List.of("a", "b", "c")) {
        PeerId id = new PeerId(name);
        workers.put(id, new Worker(id, 1));
        live.put(id, 1L);
      }
    }

    void run() {
      at(0, this::ledgerStep);
      at(100, this::tick);
      for (int i = 0; i < 300; i++) {
        at(random.nextInt((int) FAULTS_UNTIL), this::submit);
      }
      for (int i = 0; i < 15; i++) {
        at(random.nextInt((int) FAULTS_UNTIL), this::killWorker);
        at(random.nextInt((int) FAULTS_UNTIL), this::crashLedger);
        at(random.nextInt((int) FAULTS_UNTIL), this::cancel);
      }
      workers.values().forEach(worker -> at(10, worker::beat));
      while (!agenda.isEmpty() && !(now > FAULTS_UNTIL && allEnded())) {
        Event next = agenda.poll();
        now = Math.max(now, next.time);
        assertTrue(now < END, () -> "tasks have not ended: " + open());
        next.action.run();
      }
      checkJournal();
      assertTrue(acknowledged.size() > 100, "the simulation submits");
      for (String id : acknowledged) {
        assertTrue(state.task(id).isPresent(), () -> "acknowledged task " + id + " is lost");
      }
    }

    private boolean faults() {
      return now < FAULTS_UNTIL;
    }

    private boolean allEnded() {
      return state.open() == 0 && gathered.isEmpty();
    }

    private List<TaskRecord> open() {
      return state.after(Optional.empty()).stream().filter(TaskRecord::open).toList();
    }

    private void at(long delay, Runnable action) {
      agenda.add(new Event(now + delay, events++, action));
    }

    /** A message: late by up to a second, sometimes lost or doubled. */
    private void send(Runnable delivery) {
      int copies = !faults() ? 1 : random.nextInt(10) == 0 ? 0 : random.nextInt(10) == 0 ? 2 : 1;
      for (int i = 0; i < copies; i++) {
        at(1 + random.nextInt(random.nextInt(20) == 0 ? 3_000 : 20), delivery);
      }
    }

    private void submit() {
      boolean again = !asked.isEmpty() && random.nextInt(4) == 0;
      String id = again ? asked.get(random.nextInt(asked.size())) : "t" + asked.size();
      asked.add(id);
      Task task =
          Task.of("echo").id(id).payload(id).priority(id.length()).retries(id.length() % 4).build();
      send(() -> gathered.add(new LedgerCommand.Submit(0, List.of(task), client.getRef())));
    }

    private void cancel() {
      String id = "t" + random.nextInt(300);
      gathered.add(new LedgerCommand.Cancel(0, id, client.getRef()));
    }

    private void tick() {
      gathered.add(LedgerCommand.Tick.INSTANCE);
      at(200, this::tick);
    }

    private void ledgerStep() {
      at(1 + random.nextInt(10), this::ledgerStep);
      if (gathered.isEmpty()) {
        return;
      }
      Plan plan = core.plan(List.copyOf(gathered), new WorkerRuns(live, Map.of()), now);
      gathered.clear();
      gathered.addAll(plan.again());
      int fate = faults() ? random.nextInt(300) : 2;
      if (fate == 0) {
        recover(); // dies before the write
        return;
      }
      journal.addAll(plan.events());
      if (fate == 1) {
        recover(); // dies after the write, before anything follows from it
        return;
      }
      plan.events().forEach(state::apply);
      core.settle(plan, now).forEach(this::perform);
      collectAnswers();
      state.checkInvariants();
    }

    private void crashLedger() {
      gathered.clear();
      recover();
    }

    private void recover() {
      LedgerState replayed = new LedgerState();
      int half = random.nextInt(journal.size() + 1);
      journal.subList(0, half).forEach(replayed::apply);
      replayed = LedgerState.of(replayed.snapshot());
      journal.subList(half, journal.size()).forEach(replayed::apply);
      state = replayed;
      state.checkInvariants();
      core = new LedgerCore(0, settings, state, now);
    }

    private void collectAnswers() {
      for (LedgerReply reply : client.getAllReceived()) {
        if (reply instanceof LedgerReply.Taken taken) {
          taken.answers().get(0).view().ifPresent(view -> acknowledged.add(view.id()));
        }
      }
    }

    private void perform(LedgerEffect effect) {
      if (effect instanceof LedgerEffect.Answer answer) {
        answer.to().tell(answer.reply());
      } else if (effect instanceof LedgerEffect.TellWorker tell) {
        send(() -> workers.get(tell.peer()).told(tell.command()));
      } else if (effect instanceof LedgerEffect.CallAuction call) {
        List<PeerId> peers = List.copyOf(live.keySet());
        List<AuctionCall.Placement> placements = new ArrayList<>();
        List<AuctionCall.Unplaced> rest = new ArrayList<>();
        for (AuctionCall.Offered offered : call.tasks()) {
          PeerId winner = peers.get(random.nextInt(peers.size()));
          if (random.nextInt(5) == 0) {
            rest.add(new AuctionCall.Unplaced(offered.id(), "no room", random.nextBoolean()));
          } else {
            placements.add(new AuctionCall.Placement(offered.id(), winner, live.get(winner)));
          }
        }
        send(() -> gathered.add(new LedgerCommand.Placed(call.round(), placements, rest)));
      }
    }

    private void killWorker() {
      List<PeerId> peers = List.copyOf(workers.keySet());
      PeerId peer = peers.get(random.nextInt(peers.size()));
      long next = workers.get(peer).incarnation + 1;
      Worker born = new Worker(peer, next);
      workers.put(peer, born);
      at(10, born::beat);
      // The peer's new run is known at once or late, and told of or only seen.
      at(random.nextInt(5_000), () -> live.merge(peer, next, Math::max));
      if (random.nextBoolean()) {
        send(() -> gathered.add(new LedgerCommand.PeerLost(0, peer, next - 1)));
      }
    }

    private void checkJournal() {
      Map<String, Long> latest = new HashMap<>();
      Set<String> ended = new HashSet<>();
      long token = 0;
      int completed = 0;
      for (LedgerEvent event : journal) {
        if (event instanceof LedgerEvent.Awarded awarded) {
          assertTrue(awarded.token() > token, () -> "token of " + awarded + " does not grow");
          token = awarded.token();
          latest.put(awarded.id(), token);
        } else if (event instanceof LedgerEvent.TryFailed tried) {
          assertEquals(latest.get(tried.id()), tried.token());
        } else if (event instanceof LedgerEvent.Completed done) {
          completed++;
          assertTrue(ended.add(done.id()), () -> done.id() + " has ended twice");
          assertEquals(latest.get(done.id()), done.token());
          assertEquals(done.id() + " " + done.token(), done.result().asUtf8());
        } else if (event instanceof LedgerEvent.Failed failed) {
          assertTrue(ended.add(failed.id()), () -> failed.id() + " has ended twice");
          assertEquals(latest.get(failed.id()), failed.token());
        } else if (event instanceof LedgerEvent.Cancelled cancelled) {
          assertTrue(ended.add(cancelled.id()), () -> cancelled.id() + " has ended twice");
        }
      }
      assertTrue(completed > 50, "most tasks complete");
    }

    private final class Worker {
      private final PeerId id;
      private final long incarnation;
      private final WorkCore queue;

      Worker(PeerId id, long incarnation) {
        this.id = id;
        this.incarnation = incarnation;
        this.queue = new WorkCore(workSettings, incarnation);
      }

      private boolean dead() {
        return workers.get(id) != this;
      }

      void told(WorkCommand.Sent command) {
        if (command instanceof WorkCommand.Assign assign) {
          queue.assign(assign, KINDS, now);
        } else if (command instanceof WorkCommand.Check check) {
          queue.check(check, now);
        } else if (command instanceof WorkCommand.Revoke revoke) {
          queue.revoke(revoke.keys());
        } else if (command instanceof WorkCommand.Confirm confirm) {
          queue.confirm(confirm.keys());
        }
      }

      void beat() {
        if (dead()) {
          return;
        }
        queue.tick(now);
        for (WorkCommand.Award award : queue.start(now)) {
          at(1 + random.nextInt(300), () -> end(award));
        }
        queue
            .takeNotes()
            .forEach(
                (ledger, parts) ->
                    parts.forEach(
                        part ->
                            send(
                                () ->
                                    gathered.add(
                                        new LedgerCommand.Report(
                                            ledger,
                                            id,
                                            incarnation,
                                            part.held(),
                                            part.ended(),
                                            part.refused())))));
        at(5 + random.nextInt(20), this::beat);
      }

      private void end(WorkCommand.Award award) {
        if (!dead()) {
          Outcome outcome =
              random.nextInt(6) == 0
                  ? Outcome.failure("drawn", random.nextInt(4) == 0)
                  : Outcome.success(Bytes.utf8(award.task().id() + " " + award.token()));
          queue.ended(award.key(), outcome, now);
        }
      }
    }
  }

  private record Event(long time, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
    }
  }
}
