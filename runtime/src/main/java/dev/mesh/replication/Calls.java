package dev.mesh.replication;

import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Effect;
import dev.mesh.protocols.raft.Input;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The callers of one replica: which command of which caller went into which entry, who waits for a
 * read or for a query, and the answers on their way back, gathered for each caller. Used by the
 * group's actor alone.
 *
 * <p>Proposals are bounded by the core's uncommitted tail, reads by the core's bound; queries that
 * wait for an index are bounded here.
 */
final class Calls {
  private static final int MAX_WAITING_QUERIES = 4096;

  /** Who gets the answer to one command. */
  private record Caller(ActorRef<GroupCall.Reply> replyTo, long id) {}

  /** The callers of one entry, in the order of its commands. */
  private record Block(long term, List<Caller> callers) {}

  /** A query for which the machine is not far enough; its router gives up by {@code deadline}. */
  private record Waiting(GroupCall.Query query, long deadline) {
    boolean isOver() {
      return System.nanoTime() - deadline >= 0;
    }
  }

  private final StateMachine machine;
  private final GroupSettings settings;
  private final Queue<GroupCall.Propose> gathered = new ArrayDeque<>();
  private final Map<Long, List<Caller>> proposing = new HashMap<>();
  private final Map<Long, Block> uncommitted = new LinkedHashMap<>();
  private final Map<Long, GroupCall.Read> reads = new HashMap<>();
  private final PriorityQueue<Waiting> queries =
      new PriorityQueue<>(Comparator.comparingLong(waiting -> waiting.query().atLeast()));
  private final Map<ActorRef<GroupCall.Reply>, List<GroupCall.Answer>> answers = new HashMap<>();
  private long lastId;

  Calls(StateMachine machine, GroupSettings settings) {
    this.machine = machine;
    this.settings = settings;
  }

  void gather(GroupCall.Propose propose) {
    gathered.add(propose);
  }

  /** What was gathered, as proposals of whole blocks. */
  List<Input.Propose> blocks() {
    List<Input.Propose> blocks = new ArrayList<>();
    List<Bytes> commands = new ArrayList<>();
    List<Caller> callers = new ArrayList<>();
    int bytes = 0;
    for (GroupCall.Propose propose; (propose = gathered.poll()) != null; ) {
      for (GroupCall.Command command : propose.commands()) {
        int size = Blocks.sizeOf(command.bytes().length());
        if (bytes + size > settings.maxBlockBytes() && !commands.isEmpty()) {
          blocks.add(block(commands, callers));
          commands.clear();
          callers = new ArrayList<>();
          bytes = 0;
        }
        commands.add(command.bytes());
        callers.add(new Caller(propose.replyTo(), command.id()));
        bytes += size;
      }
    }
    if (!commands.isEmpty()) {
      blocks.add(block(commands, callers));
    }
    return blocks;
  }

  private Input.Propose block(List<Bytes> commands, List<Caller> callers) {
    proposing.put(++lastId, callers);
    return new Input.Propose(lastId, Blocks.join(commands));
  }

  void proposed(Effect.Proposed proposed) {
    List<Caller> callers = proposing.remove(proposed.id());
    uncommitted.put(proposed.index(), new Block(proposed.term(), callers));
  }

  /** The core took nothing: because another leads, or because too much waits already. */
  void refused(Effect.Refused refused, boolean isLeader) {
    GroupCall.Read read = reads.remove(refused.id());
    if (read != null) {
      read.replyTo().tell(refusal(read.ids(), refused, isLeader));
      return;
    }
    Map<ActorRef<GroupCall.Reply>, List<Long>> ids = byCaller(proposing.remove(refused.id()));
    ids.forEach((replyTo, of) -> replyTo.tell(refusal(of, refused, isLeader)));
  }

  private static GroupCall.Reply refusal(List<Long> ids, Effect.Refused refused, boolean isLeader) {
    return isLeader
        ? new GroupCall.Overloaded(ids, refused.why())
        : new GroupCall.NotLeader(ids, refused.leader());
  }

  void applied(long index, long term, List<Bytes> results) {
    Block block = uncommitted.remove(index);
    if (block == null) {
      return;
    }
    if (block.term() != term) {
      tellUnknown(block);
      return;
    }
    for (int i = 0; i < results.size(); i++) {
      Caller caller = block.callers().get(i);
      answer(caller.replyTo(), new GroupCall.Answer(caller.id(), index, results.get(i)));
    }
  }

  /** Entries that this peer proposed may or may not be committed by the next leader. */
  void leadershipLost(Optional<PeerId> leader) {
    uncommitted.values().forEach(Calls::tellUnknown);
    uncommitted.clear();
    for (Iterator<GroupCall.Read> all = reads.values().iterator(); all.hasNext(); ) {
      GroupCall.Read read = all.next();
      read.replyTo().tell(new GroupCall.NotLeader(read.ids(), leader));
      all.remove();
    }
  }

  private static void tellUnknown(Block block) {
    byCaller(block.callers()).forEach((to, ids) -> to.tell(new GroupCall.Unknown(ids)));
  }

  private static Map<ActorRef<GroupCall.Reply>, List<Long>> byCaller(List<Caller> callers) {
    Map<ActorRef<GroupCall.Reply>, List<Long>> ids = new HashMap<>();
    for (Caller caller : callers) {
      ids.computeIfAbsent(caller.replyTo(), to -> new ArrayList<>()).add(caller.id());
    }
    return ids;
  }

  /** Remembers a read; the number is the core's name for it. */
  long read(GroupCall.Read read) {
    reads.put(++lastId, read);
    return lastId;
  }

  void readReady(Effect.ReadReady ready) {
    GroupCall.Read read = reads.remove(ready.id());
    for (long id : read.ids()) {
      answer(read.replyTo(), new GroupCall.Answer(id, ready.index(), Bytes.EMPTY));
    }
  }

  /** Answers the query, now or once the machine has got as far as it asks. */
  void query(GroupCall.Query query, long appliedIndex) {
    if (query.atLeast() <= appliedIndex) {
      ask(query, appliedIndex);
    } else if (hasRoom()) {
      queries.add(new Waiting(query, System.nanoTime() + settings.callTimeout().toNanos()));
    } else {
      query
          .replyTo()
          .tell(
              new GroupCall.Overloaded(
                  List.of(query.id()),
                  MAX_WAITING_QUERIES + " queries wait at this replica; try again later"));
    }
  }

  private boolean hasRoom() {
    return queries.size() < MAX_WAITING_QUERIES || queries.removeIf(Waiting::isOver);
  }

  /** The machine has got so far: queries that waited for it are answered. */
  void appliedUpTo(long index) {
    while (!queries.isEmpty() && queries.peek().query().atLeast() <= index) {
      Waiting next = queries.poll();
      if (!next.isOver()) {
        ask(next.query(), index);
      }
    }
  }

  /** A query that fails is not answered: its router asks again, or elsewhere. */
  private void ask(GroupCall.Query query, long appliedIndex) {
    machine
        .query(query.query())
        .thenAccept(
            result ->
                query
                    .replyTo()
                    .tell(
                        new GroupCall.Answers(
                            List.of(new GroupCall.Answer(query.id(), appliedIndex, result)))));
  }

  private void answer(ActorRef<GroupCall.Reply> to, GroupCall.Answer answer) {
    answers.computeIfAbsent(to, caller -> new ArrayList<>()).add(answer);
  }

  /** One message to each caller for all of its answers. */
  void sendAnswers() {
    answers.forEach((to, of) -> to.tell(new GroupCall.Answers(of)));
    answers.clear();
  }
}
