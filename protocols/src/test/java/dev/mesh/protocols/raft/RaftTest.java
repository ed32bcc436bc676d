package dev.mesh.protocols.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a host can rely on, one core at a time. */
class RaftTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final int MAX_INFLIGHT = 2;
  private static final int MAX_INFLIGHT_ENTRIES = 8;
  private static final RaftSettings SETTINGS =
      new RaftSettings(
          100,
          200,
          30,
          200,
          MAX_INFLIGHT,
          MAX_INFLIGHT_ENTRIES,
          1_000,
          450,
          500,
          1_200,
          200,
          3,
          false,
          10);

  private Raft raft = raft(Membership.of(List.of(A, B, C)));

  @Test
  void whatGathersGoesInOneWriteAndOneMessageForEachFollower() {
    lead();
    for (int i = 0; i < 3; i++) {
      raft.step(new Input.Propose(i, Bytes.utf8("x")));
    }
    List<Effect> effects = raft.flush();
    assertEquals(3, of(effects, Effect.Proposed.class).size());
    assertEquals(1, of(effects, Effect.Persist.class).size());
    assertEquals(2, of(effects, Effect.Send.class).size());
    assertEquals(
        3,
        ((Message.AppendEntries) of(effects, Effect.Send.class).get(0).message()).entries().size());
  }

  @Test
  void anEntryOverTheBoundTravelsAlone() {
    lead();
    raft.step(new Input.Propose(1, Bytes.wrap(new byte[300])));
    raft.step(new Input.Propose(2, Bytes.utf8("x")));
    List<Integer> sizes =
        of(raft.flush(), Effect.Send.class).stream()
            .filter(send -> send.to().equals(B))
            .map(send -> ((Message.AppendEntries) send.message()).entries().size())
            .toList();
    assertEquals(List.of(1, 1), sizes);
  }

  @Test
  void aFollowerThatDoesNotAnswerIsSentNoMoreThanTheWindow() {
    lead();
    long sent = 0;
    for (int i = 0; i < 10; i++) {
      raft.step(new Input.Propose(i, Bytes.utf8("x")));
      sent += of(raft.flush(), Effect.Send.class).stream().filter(it -> it.to().equals(C)).count();
    }
    assertEquals(MAX_INFLIGHT, sent);
    assertEquals(11, raft.lastIndex());
  }

  @Test
  void proposalsOverTheUncommittedBoundAreRefused() {
    lead();
    raft.step(new Input.Propose(1, Bytes.wrap(new byte[400])));
    raft.step(new Input.Propose(2, Bytes.wrap(new byte[400])));
    List<Effect.Refused> refused = of(raft.flush(), Effect.Refused.class);
    assertEquals(List.of(2L), refused.stream().map(Effect.Refused::id).toList());
    assertTrue(refused.get(0).why().contains("432 bytes wait"), refused.get(0).why());
    assertEquals(Optional.of(A), refused.get(0).leader());
  }

  @Test
  void proposalsAreRefusedWhileTheStateOfTooMuchIsNotStored() {
    lead();
    for (int i = 1; i <= 3; i++) {
      raft.step(new Input.Propose(i, Bytes.wrap(new byte[300])));
      assertEquals(List.of(), of(raft.flush(), Effect.Refused.class));
      raft.step(new Input.Persisted(3 + i));
      raft.step(new Input.Receive(B, new Message.AppendAccepted(1, 1 + i, 0)));
      raft.flush();
      raft.step(new Input.Applied(1 + i));
    }
    raft.step(new Input.Propose(4, Bytes.wrap(new byte[300])));
    List<Effect.Refused> refused = of(raft.flush(), Effect.Refused.class);
    assertTrue(refused.get(0).why().contains("to be stored"), refused.get(0).why());
    raft.step(new Input.Compact(3));
    raft.step(new Input.Propose(5, Bytes.wrap(new byte[300])));
    assertEquals(1, of(raft.flush(), Effect.Proposed.class).size());
  }

  @Test
  void aFollowerTakesNoMoreWhileTheStateOfTooMuchIsNotStored() {
    raft.start();
    for (long index = 1; index <= 3; index++) {
      append(index, new byte[400]);
    }
    raft.step(new Input.Persisted(2));
    raft.flush();
    assertEquals(List.of(), append(4, new byte[1]), "as if it were lost");
    assertEquals(3, raft.lastIndex());
    assertEquals(0, accepted(heartbeat(4, 0)).matchIndex());
    raft.step(new Input.Persisted(4));
    raft.flush();
    assertEquals(0, accepted(heartbeat(3, 3)).matchIndex());
    assertEquals(
        3, raft.commitIndex(), "what is committed is heard of, or nothing could be stored");
    raft.step(new Input.Applied(3));
    raft.step(new Input.Compact(2));
    assertEquals(3, accepted(heartbeat(3, 3)).matchIndex());
    append(4, new byte[1]);
    assertEquals(4, raft.lastIndex());
  }

  /** From b, who leads term 1; returns what is sent. */
  private List<Effect.Send> append(long index, byte[] payload) {
    Entry entry = new Entry(index, 1, EntryType.COMMANDS, Bytes.wrap(payload));
    return receive(index - 1, List.of(entry), 0);
  }

  private List<Effect> heartbeat(long lastIndex, long committed) {
    return List.copyOf(receive(lastIndex, List.of(), committed));
  }

  private List<Effect.Send> receive(long prevIndex, List<Entry> entries, long committed) {
    long prevTerm = prevIndex == 0 ? 0 : 1;
    raft.step(
        new Input.Receive(
            B, new Message.AppendEntries(1, prevIndex, prevTerm, entries, committed, 1)));
    return of(raft.flush(), Effect.Send.class);
  }

  private static Message.AppendAccepted accepted(List<Effect> effects) {
    return (Message.AppendAccepted) of(effects, Effect.Send.class).get(0).message();
  }

  @Test
  void aProposalThatFitsIntoNoEntryIsRefused() {
    lead();
    raft.step(new Input.Propose(1, Bytes.wrap(new byte[451])));
    List<Effect.Refused> refused = of(raft.flush(), Effect.Refused.class);
    assertTrue(refused.get(0).why().contains("451 bytes"), refused.get(0).why());
    assertTrue(refused.get(0).why().contains("takes 450"), refused.get(0).why());
  }

  @Test
  void theWindowCountsEntriesToo() {
    lead();
    for (int i = 0; i < 20; i++) {
      raft.step(new Input.Propose(i, Bytes.EMPTY));
    }
    long sent =
        of(raft.flush(), Effect.Send.class).stream()
            .filter(send -> send.to().equals(B))
            .mapToLong(send -> ((Message.AppendEntries) send.message()).entries().size())
            .sum();
    assertEquals(MAX_INFLIGHT_ENTRIES, sent);
  }

  @Test
  void aLeaderKnowsHowFarItsFollowersAre() {
    lead();
    assertEquals(
        Map.of(B, new FollowerStatus(1, 2, true, true), C, new FollowerStatus(1, 2, true, true)),
        raft.followers());
    timeOut();
    for (int beat = 0; beat < 4; beat++) {
      raft.step(new Input.Receive(B, new Message.AppendAccepted(1, 1, 0)));
      raft.step(new Input.TimerFired(Timer.HEARTBEAT));
    }
    timeOut();
    assertEquals(new FollowerStatus(1, 2, true, true), raft.followers().get(B));
    assertEquals(new FollowerStatus(1, 2, false, false), raft.followers().get(C));
  }

  @Test
  void aChangeIsInForceWhenItIsInTheLogAndNoMoreWhenItIsCutOff() {
    raft.start();
    Membership more = raft.membership().withLearner(new PeerId("d"));
    Entry change = new Entry(1, 1, EntryType.CONFIGURATION, more.toBytes());
    raft.step(new Input.Receive(B, new Message.AppendEntries(1, 0, 0, List.of(change), 0, 0)));
    assertEquals(more, raft.membership());
    assertFalse(raft.isMembershipCommitted());
    assertEquals(more, raft.markAt(1).membership());
    Entry other = new Entry(1, 2, EntryType.NO_OP, Bytes.EMPTY);
    raft.step(new Input.Receive(C, new Message.AppendEntries(2, 0, 0, List.of(other), 0, 0)));
    assertEquals(more.without(new PeerId("d")), raft.membership());
    assertTrue(raft.isMembershipCommitted());
  }

  @Test
  void aLeaderThatStepsDownSaysThatAChangeMayTakeEffectYet() {
    lead();
    Membership fewer = raft.membership().without(C);
    raft.step(new Input.Reconfigure(5, fewer));
    raft.step(new Input.Reconfigure(6, fewer));
    raft.flush();
    raft.step(new Input.Receive(B, new Message.AppendRejected(2, 0, 0, 1, 0)));
    List<Effect.Refused> refused = of(raft.flush(), Effect.Refused.class);
    assertEquals(List.of(5L), refused.stream().map(Effect.Refused::id).toList());
    assertTrue(refused.get(0).why().contains("may take effect"), refused.get(0).why());
  }

  @Test
  void readsOverTheBoundAreRefused() {
    lead();
    for (int i = 0; i < 5; i++) {
      raft.step(new Input.Read(i, 0));
    }
    assertEquals(2, of(raft.flush(), Effect.Refused.class).size());
  }

  @Test
  void manyReadsShareOneRoundOfHeartbeats() {
    lead();
    raft.step(new Input.Read(1, 0));
    raft.step(new Input.Read(2, 0));
    List<Effect.Send> heartbeats = of(raft.flush(), Effect.Send.class);
    assertEquals(2, heartbeats.size());
    long round = ((Message.AppendEntries) heartbeats.get(0).message()).round();
    raft.step(new Input.Receive(B, new Message.AppendAccepted(1, 1, round)));
    assertEquals(
        List.of(new Effect.ReadReady(1, 1), new Effect.ReadReady(2, 1)),
        of(raft.flush(), Effect.ReadReady.class));
  }

  @Test
  void aLeaderThatHearsFromNoMajorityStepsDownAndRefusesWhatWaits() {
    lead();
    timeOut();
    raft.step(new Input.Read(7, 0));
    raft.flush();
    List<Effect> effects = timeOut();
    assertEquals(Role.FOLLOWER, raft.role());
    assertEquals(
        List.of(7L), of(effects, Effect.Refused.class).stream().map(Effect.Refused::id).toList());
    assertTrue(effects.contains(new Effect.CancelTimer(Timer.HEARTBEAT)));
  }

  @Test
  void aGroupOfOneNeedsNobody() {
    raft = raft(Membership.of(List.of(A)));
    raft.start();
    timeOut();
    raft.step(new Input.Persisted(2));
    raft.flush();
    assertEquals(Role.LEADER, raft.role());
    raft.step(new Input.Read(1, 0));
    assertEquals(List.of(), of(raft.flush(), Effect.ReadReady.class));
    raft.step(new Input.Persisted(3));
    assertEquals(List.of(new Effect.ReadReady(1, 1)), of(raft.flush(), Effect.ReadReady.class));
  }

  @Test
  void aLearnerNeverCampaigns() {
    raft = raft(new Membership(List.of(B, C), List.of(A)));
    raft.start();
    assertEquals(List.of(), of(timeOut(), Effect.Send.class));
    assertEquals(Role.FOLLOWER, raft.role());
  }

  @Test
  void strangersAreAnsweredButTheirAnswersAreNotHeard() {
    lead();
    PeerId stranger = new PeerId("stranger");
    raft.step(new Input.Receive(stranger, new Message.AppendRejected(9, 0, 0, 1, 0)));
    raft.step(new Input.Receive(stranger, new Message.VoteRequest(9, 9, 9, false)));
    assertEquals(List.of(), raft.flush());
    assertEquals(1, raft.term());
    raft.step(new Input.Receive(stranger, new Message.PreVoteRequest(9, 9, 9)));
    assertEquals(
        List.of(new Effect.Send(stranger, new Message.PreVoteResponse(1, false))), raft.flush());
  }

  @Test
  void onlyWhatTheMachineHoldsMayBeForgotten() {
    lead();
    raft.step(new Input.Compact(1));
    assertEquals(1, raft.firstIndex());
    raft.step(new Input.Applied(1));
    raft.step(new Input.Compact(9));
    assertEquals(2, raft.firstIndex());
    assertEquals(0, raft.logBytes());
  }

  @Test
  void answersToWhatWasNotAskedAreRefused() {
    lead();
    assertThrows(IllegalArgumentException.class, () -> raft.step(new Input.Persisted(99)));
    assertThrows(IllegalArgumentException.class, () -> raft.step(new Input.Applied(99)));
    SnapshotMark mark = new SnapshotMark(5, 1, raft.membership());
    assertThrows(
        IllegalArgumentException.class,
        () -> raft.step(new Input.SnapshotInstalledInMachine(mark)));
  }

  @Test
  void entriesThatDoNotFollowOneAnotherAreNoMessage() {
    List<Entry> entries = List.of(new Entry(3, 1, EntryType.NO_OP, Bytes.EMPTY));
    assertThrows(
        IllegalArgumentException.class, () -> new Message.AppendEntries(1, 1, 1, entries, 0, 0));
  }

  @Test
  void aRestartRemembersTermVoteAndLogAndWhatTheMachineHolds() {
    Membership group = raft.membership();
    Recovery recovery = new Recovery(group);
    recovery.add(new LogRecord.TermAndVote(new HardState(4, Optional.of(B))));
    recovery.add(
        new LogRecord.Appended(
            List.of(
                new Entry(1, 3, EntryType.NO_OP, Bytes.EMPTY),
                new Entry(2, 4, EntryType.NO_OP, Bytes.EMPTY))));
    raft = new Raft(A, SETTINGS, recovery.recovered(new SnapshotMark(1, 3, group)), bound -> 0);
    raft.start();
    assertEquals(4, raft.term());
    assertEquals(2, raft.lastIndex());
    assertEquals(1, raft.commitIndex());
    assertEquals(1, raft.appliedIndex());
    raft.step(new Input.Receive(C, new Message.VoteRequest(4, 9, 4, false)));
    assertEquals(List.of(new Effect.Send(C, new Message.VoteResponse(4, false))), raft.flush());
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> settings(50, 100, 1));
    assertThrows(IllegalArgumentException.class, () -> settings(100, 100, 1));
    assertThrows(IllegalArgumentException.class, () -> settings(100, 200, 0));
  }

  private static RaftSettings settings(long leastTimeout, long mostTimeout, int bytesPerAppend) {
    return new RaftSettings(
        leastTimeout, mostTimeout, 30, bytesPerAppend, 1, 1, 1, 1, 1, 1, 1, 1, false, 1);
  }

  private static Raft raft(Membership membership) {
    return new Raft(
        A,
        SETTINGS,
        new Recovery(membership).recovered(SnapshotMark.beginning(membership)),
        bound -> 0);
  }

  /** a leads term 1; b holds its first entry, which is committed and handed to the machine. */
  private void lead() {
    raft.start();
    timeOut();
    raft.step(new Input.Receive(B, new Message.PreVoteResponse(1, true)));
    raft.flush();
    raft.step(new Input.Persisted(2));
    raft.step(new Input.Receive(B, new Message.VoteResponse(1, true)));
    raft.flush();
    raft.step(new Input.Persisted(3));
    raft.step(new Input.Receive(B, new Message.AppendAccepted(1, 1, 0)));
    raft.step(new Input.Receive(C, new Message.AppendAccepted(1, 1, 0)));
    raft.flush();
    assertEquals(Role.LEADER, raft.role());
    assertEquals(1, raft.commitIndex());
  }

  private List<Effect> timeOut() {
    raft.step(new Input.TimerFired(Timer.ELECTION));
    return raft.flush();
  }

  private static <T extends Effect> List<T> of(List<Effect> effects, Class<T> type) {
    return effects.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
