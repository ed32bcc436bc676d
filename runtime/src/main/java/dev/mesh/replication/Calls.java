package dev.mesh.replication;

import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Effect;
import dev.mesh.protocols.raft.Input;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;
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
  sealed interface Caller permits Proposal, Remote {}

  /** A command of a router, by the router's number. */
  record Remote(ActorRef<GroupCall.Reply> replyTo, long id) implements Caller {}

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
  private final LocalReplica local;
  private final List<Input.Propose> blocks = new ArrayList<>();
  private List<Bytes> commands = new ArrayList<>();
  private List<Caller> callers = new ArrayList<>();
  private int gatheredBytes;
  private final Map<Long, List<Caller>> proposing = new HashMap<>();
  private final Map<Long, Block> uncommitted = new LinkedHashMap<>();
  private final Map<Long, GroupCall.Read> reads = new HashMap<>();
  private final PriorityQueue<Waiting> queries =
      new PriorityQueue<>(Comparator.comparingLong(waiting -> waiting.query().atLeast()));
  private final Map<ActorRef<GroupCall.Reply>, List<GroupCall.Answer>> answers = new HashMap<>();
  private long lastId;

  Calls(StateMachine machine, GroupSettings settings, LocalReplica local) {
    this.machine = machine;
    this.settings = settings;
    this.local = local;
  }

  void gather(GroupCall.Propose propose) {
    for (GroupCall.Command command : propose.commands()) {
      gather(command.bytes(), new Remote(propose.replyTo(), command.id()));
    }
  }

  void gather(Proposal proposal) {
    gather(proposal.command, proposal);
  }

  private void gather(Bytes command, Caller caller) {
    int size = Blocks.sizeOf(command.length());
    if (gatheredBytes + size > settings.maxBlockBytes()) {
      endBlock();
    }
    commands.add(command);
    callers.add(caller);
    gatheredBytes += size;
  }

  /** What was gathered, as proposals of whole blocks. */
  List<Input.Propose> takeBlocks() {
    endBlock();
    List<Input.Propose> taken = List.copyOf(blocks);
    blocks.clear();
    return taken;
  }

  private void endBlock() {
    if (!commands.isEmpty()) {
      proposing.put(++lastId, callers);
      blocks.add(new Input.Propose(lastId, Blocks.join(commands)));
      commands = new ArrayList<>(commands.size());
      callers = new ArrayList<>(callers.size());
      gatheredBytes = 0;
    }
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
    List<Caller> refusedCallers = proposing.remove(refused.id());
    for (Proposal here : tellRemote(refusedCallers, ids -> refusal(ids, refused, isLeader))) {
      if (isLeader) {
        local.refuse(here, refused.why());
      } else {
        local.sendElsewhere(here, false);
      }
    }
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
      answer(block.callers().get(i), index, results.get(i));
    }
  }

  /** Entries that this peer proposed may or may not be committed by the next leader. */
  void leadershipLost(Optional<PeerId> leader) {
    uncommitted.values().forEach(this::tellUnknown);
    uncommitted.clear();
    for (Iterator<GroupCall.Read> all = reads.values().iterator(); all.hasNext(); ) {
      GroupCall.Read read = all.next();
      read.replyTo().tell(new GroupCall.NotLeader(read.ids(), leader));
      all.remove();
    }
  }

  private void tellUnknown(Block block) {
    tellRemote(block.callers(), GroupCall.Unknown::new)
        .forEach(proposal -> local.sendElsewhere(proposal, true));
  }

  /** Tells each router once for all of its commands, and returns the callers that are left. */
  private static List<Proposal> tellRemote(
      List<Caller> callers, Function<List<Long>, GroupCall.Reply> reply) {
    Map<ActorRef<GroupCall.Reply>, List<Long>> remote = new HashMap<>();
    List<Proposal> here = new ArrayList<>();
    for (Caller caller : callers) {
      if (caller instanceof Remote it) {
        remote.computeIfAbsent(it.replyTo(), to -> new ArrayList<>()).add(it.id());
      } else {
        here.add((Proposal) caller);
      }
    }
    remote.forEach((replyTo, ids) -> replyTo.tell(reply.apply(ids)));
    return here;
  }

  private void answer(Caller caller, long index, Bytes result) {
    if (caller instanceof Remote it) {
      answer(it.replyTo(), new GroupCall.Answer(it.id(), index, result));
    } else {
      local.answer((Proposal) caller, index, result);
    }
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

  /** As few messages to each caller as hold all of its answers within their bound. */
  void sendAnswers() {
    answers.forEach(this::sendAnswers);
    answers.clear();
  }

  private void sendAnswers(ActorRef<GroupCall.Reply> to, List<GroupCall.Answer> all) {
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < all.size(); i++) {
      int size = all.get(i).bytes().length();
      if (i > from && bytes + size > settings.maxMessageBytes()) {
        to.tell(new GroupCall.Answers(List.copyOf(all.subList(from, i))));
        from = i;
        bytes = 0;
      }
      bytes += size;
    }
    to.tell(new GroupCall.Answers(List.copyOf(all.subList(from, all.size()))));
  }
}
