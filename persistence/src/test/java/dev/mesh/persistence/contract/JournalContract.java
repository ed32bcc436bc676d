package dev.mesh.persistence.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.NotSerializableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.japi.Util;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every journal must do: each case that Pekko's own JournalSpec checks, its optional ones
 * included, and what this project promises besides. A subclass names the plugin.
 */
public abstract class JournalContract extends PluginContract {
  private static final long ALL = Long.MAX_VALUE;

  private TestKit receiver;

  @BeforeEach
  void writeFive() {
    receiver = probe();
    List<AtomicWrite> writes = List.of(single(1), single(2), single(3), atomic(event(4), event(5)));
    TestKit probe = write(writes);
    probe.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    for (int i = 1; i <= 5; i++) {
      assertEquals("a-" + i, expectSuccess(probe, i).payload());
    }
  }

  private PersistentRepr event(long number, Object payload) {
    return PersistentRepr.apply(payload, number, id, "", false, ActorRef.noSender(), writer);
  }

  private PersistentRepr event(long number) {
    return event(number, "a-" + number);
  }

  private AtomicWrite single(long number) {
    return atomic(event(number));
  }

  private static AtomicWrite atomic(PersistentRepr... events) {
    return AtomicWrite.apply(Util.immutableSeq(List.of(events)));
  }

  private TestKit write(List<AtomicWrite> writes) {
    TestKit probe = probe();
    journal()
        .tell(
            new JournalProtocol.WriteMessages(
                Util.immutableSeq(new ArrayList<>(writes)), probe.getRef(), INSTANCE),
            ActorRef.noSender());
    return probe;
  }

  private PersistentRepr expectSuccess(TestKit probe, long number) {
    var success = probe.expectMsgClass(JournalProtocol.WriteMessageSuccess.class);
    assertEquals(number, success.persistent().sequenceNr());
    assertEquals(id, success.persistent().persistenceId());
    assertEquals(writer, success.persistent().writerUuid());
    assertEquals(INSTANCE, success.actorInstanceId());
    return success.persistent();
  }

  private void replay(long from, long to, long max) {
    replay(id, from, to, max);
  }

  private void replay(String from, long low, long high, long max) {
    journal()
        .tell(
            new JournalProtocol.ReplayMessages(low, high, max, from, receiver.getRef()),
            ActorRef.noSender());
  }

  private PersistentRepr expectReplayed(long number) {
    PersistentRepr event =
        receiver.expectMsgClass(JournalProtocol.ReplayedMessage.class).persistent();
    assertEquals(number, event.sequenceNr());
    assertEquals(id, event.persistenceId());
    assertEquals(writer, event.writerUuid());
    return event;
  }

  private void expectReplay(long from, long to) {
    for (long i = from; i <= to; i++) {
      assertEquals("a-" + i, expectReplayed(i).payload());
    }
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(5));
  }

  private void deleteTo(long number) {
    TestKit probe = probe();
    var command = new JournalProtocol.DeleteMessagesTo(id, number, probe.getRef());
    journal().tell(command, ActorRef.noSender());
    probe.expectMsgClass(DeleteMessagesSuccess.class);
  }

  @Test
  void replaysAllMessages() {
    replay(1, ALL, ALL);
    expectReplay(1, 5);
  }

  @Test
  void replaysFromALowerBound() {
    replay(3, ALL, ALL);
    expectReplay(3, 5);
  }

  @Test
  void replaysToAnUpperBound() {
    replay(1, 3, ALL);
    expectReplay(1, 3);
  }

  @Test
  void replaysACount() {
    replay(1, ALL, 3);
    expectReplay(1, 3);
  }

  @Test
  void replaysBetweenBounds() {
    replay(2, 3, ALL);
    expectReplay(2, 3);
  }

  @Test
  void replaysACountBetweenBounds() {
    replay(2, 5, 2);
    expectReplay(2, 3);
  }

  @Test
  void replaysOneWhenBoundsAreEqual() {
    replay(2, 2, ALL);
    expectReplay(2, 2);
  }

  @Test
  void replaysOneWhenTheCountIsOne() {
    replay(2, 4, 1);
    expectReplay(2, 2);
  }

  @Test
  void replaysNothingWhenTheCountIsZero() {
    replay(2, 4, 0);
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(5));
  }

  @Test
  void replaysNothingWhenBoundsAreCrossed() {
    replay(3, 2, ALL);
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(5));
  }

  @Test
  void replaysNothingOfAnActorThatWroteNothing() {
    replay("nobody-" + id, 0, ALL, ALL);
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(0));
  }

  @Test
  void doesNotReplayDeletedMessages() {
    TestKit probe = probe();
    TestKit subscriber = probe();
    var command = new JournalProtocol.DeleteMessagesTo(id, 3, probe.getRef());
    system.eventStream().subscribe(subscriber.getRef(), JournalProtocol.DeleteMessagesTo.class);
    journal().tell(command, ActorRef.noSender());
    subscriber.expectMsg(command);
    probe.expectMsg(new DeleteMessagesSuccess(3));
    replay(1, ALL, ALL);
    expectReplay(4, 5);
    probe.expectNoMessage(Duration.ofMillis(200));
  }

  @Test
  void deletionKeepsTheHighestNumber() {
    replay(0, ALL, ALL);
    expectReplay(1, 5);
    deleteTo(3);
    replay(0, ALL, ALL);
    expectReplay(4, 5);
  }

  @Test
  void deletingEverythingKeepsTheHighestNumber() {
    deleteTo(ALL);
    replay(0, ALL, ALL);
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(5));
    write(List.of(single(6))).expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    replay(0, ALL, ALL);
    assertEquals("a-6", expectReplayed(6).payload());
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(6));
  }

  @Test
  void rejectsWhatCannotBeSerializedAndStoresTheRest() {
    Object unserializable = new Object();
    TestKit probe =
        write(
            List.of(
                atomic(event(6, "b-6")),
                atomic(event(7, unserializable)),
                atomic(event(8, "b-8"))));
    probe.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    assertEquals("b-6", expectSuccess(probe, 6).payload());
    var rejected = probe.expectMsgClass(JournalProtocol.WriteMessageRejected.class);
    assertEquals(7, rejected.message().sequenceNr());
    assertSame(unserializable, rejected.message().payload());
    assertInstanceOf(NotSerializableException.class, rejected.cause());
    assertEquals("b-8", expectSuccess(probe, 8).payload());
    replay(6, ALL, ALL);
    assertEquals("b-6", expectReplayed(6).payload());
    assertEquals("b-8", expectReplayed(8).payload());
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(8));
  }

  @Test
  void rejectsAnAtomicWriteWhole() {
    TestKit probe = write(List.of(atomic(event(6, "b-6"), event(7, new Object()))));
    probe.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    probe.expectMsgClass(JournalProtocol.WriteMessageRejected.class);
    probe.expectMsgClass(JournalProtocol.WriteMessageRejected.class);
    replay(1, ALL, ALL);
    expectReplay(1, 5);
  }

  @Test
  void goesOnAfterARejectionAsALivingActorDoes() {
    write(List.of(atomic(event(6, new Object()))))
        .expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    write(List.of(single(7))).expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    replay(6, ALL, ALL);
    expectReplayed(7);
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(7));
  }

  @Test
  void serializesWithTransportInformation() {
    ActorHolder payload = new ActorHolder(receiver.getRef());
    TestKit probe = write(List.of(atomic(event(6, payload))));
    probe.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    assertEquals(payload, expectSuccess(probe, 6).payload());
    replay(6, ALL, ALL);
    assertEquals(payload, expectReplayed(6).payload());
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(6));
  }

  @Test
  void keepsManifestTimeAndMetadata() {
    PersistentRepr event =
        event(6).withManifest("m-1").withTimestamp(1234).withMetadata("meta-data");
    TestKit probe = write(List.of(atomic(event)));
    probe.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    assertEquals("meta-data", expectSuccess(probe, 6).metadata().get());
    replay(6, 6, 1);
    PersistentRepr read = expectReplayed(6);
    assertEquals("m-1", read.manifest());
    assertEquals(1234, read.timestamp());
    assertEquals("meta-data", read.metadata().get());
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(6));
  }

  @Test
  void unwrapsTaggedEvents() {
    Tagged tagged = new Tagged("a-6", Set.of("blue"));
    write(List.of(atomic(event(6, tagged))))
        .expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
    replay(6, ALL, ALL);
    assertEquals("a-6", expectReplayed(6).payload());
  }

  @Test
  void failsAWriteThatDoesNotFollow() {
    for (long wrong : new long[] {5, 7, 100}) {
      TestKit probe = write(List.of(atomic(event(wrong, "other"))));
      probe.expectMsgClass(JournalProtocol.WriteMessagesFailed.class);
      probe.expectMsgClass(JournalProtocol.WriteMessageFailure.class);
    }
    replay(1, ALL, ALL);
    expectReplay(1, 5);
  }

  @Test
  void keepsActorsWithLikeIdsApart() {
    String longer = id + "0";
    replay(longer, 0, ALL, ALL);
    receiver.expectMsg(new JournalProtocol.RecoverySuccess(0));
  }
}
