package dev.mesh.persistence.replicated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.ReplicatedLogException.Reason;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionedLogTest {
  private static final GroupId GROUP = new GroupId(1);
  private static final int PART = 3;

  @TempDir Path folder;

  private Store store;
  private GroupOfOne group;
  private SessionedLog log;

  /** Commits what is proposed, every command {@code copies} times, and remembers it. */
  private static final class GroupOfOne implements ReplicatedLog {
    final StateMachine machine;
    final List<Bytes> committed = new ArrayList<>();
    int copies = 1;
    boolean answers = true;

    GroupOfOne(Store store) {
      machine =
          CompositeMachine.open(
              store,
              GROUP,
              ForkJoinPool.commonPool(),
              1 << 20,
              List.of(shared -> new CountingPart(PART, shared)));
    }

    Bytes commit(Bytes command) {
      committed.add(command);
      return machine.apply(machine.appliedIndex() + 1, List.of(command)).get(0);
    }

    @Override
    public CompletionStage<Applied> propose(GroupId to, Bytes command) {
      if (!answers) {
        return new CompletableFuture<>();
      }
      Bytes answer = Bytes.EMPTY;
      for (int i = 0; i < copies; i++) {
        answer = commit(command);
      }
      return copies == 0
          ? CompletableFuture.failedStage(
              new ReplicatedLogException(Reason.OUTCOME_UNKNOWN, "no answer"))
          : CompletableFuture.completedStage(new Applied(machine.appliedIndex(), answer));
    }

    @Override
    public CompletionStage<Long> readIndex(GroupId to) {
      return CompletableFuture.completedStage(machine.appliedIndex());
    }

    @Override
    public CompletionStage<Bytes> query(GroupId to, long atLeast, Bytes query) {
      return machine.query(query);
    }
  }

  @BeforeEach
  void open() {
    store = Store.open(folder.resolve("store"), StoreFixtures.settings());
    group = new GroupOfOne(store);
    log = new SessionedLog(() -> group);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Bytes note(int what) {
    return Bytes.wrap(new byte[] {(byte) (PART << 4 | 1), (byte) what});
  }

  private String propose(int what) {
    return log.propose(GROUP, note(what)).toCompletableFuture().join().answer().asUtf8();
  }

  private Reason refused(int what) {
    CompletableFuture<ReplicatedLog.Applied> stage =
        log.propose(GROUP, note(what)).toCompletableFuture();
    return assertInstanceOf(
            ReplicatedLogException.class,
            assertThrows(CompletionException.class, stage::join).getCause())
        .reason();
  }

  private String noted() {
    return group.machine.query(note(0)).toCompletableFuture().join().asUtf8();
  }

  @Test
  void whatIsCommittedTwiceIsAppliedOnceAndAnsweredAlike() {
    group.copies = 2;
    assertEquals("1", propose(1));
    assertEquals("12", propose(2));
    assertEquals("12", noted());
  }

  @Test
  void aLateCopyIsNeverApplied() {
    for (int i = 1; i < 6; i++) {
      propose(i);
    }
    List.copyOf(group.committed).forEach(group::commit);
    assertEquals("12345", noted());
    assertEquals("123456", propose(6));
  }

  @Test
  void copiesAreKnownAfterARestartAndInASnapshot() {
    propose(1);
    assertEquals("1", noted()); // it is stored
    Bytes last = group.committed.get(1);
    GroupOfOne reopened = new GroupOfOne(store);
    assertEquals("1", SessionCommand.Answer.decode(reopened.commit(last)).answer().asUtf8());
    group = reopened;
    assertEquals("1", noted());
    try (Store there = Store.open(folder.resolve("there"), StoreFixtures.settings())) {
      GroupOfOne other = new GroupOfOne(there);
      other.commit(new SessionCommand.Open().encode());
      SnapshotWriter writer = other.machine.beginInstall();
      try (SnapshotReader reader = reopened.machine.openSnapshot()) {
        writer.write(0, reader.read(0, 1 << 16).bytes()).toCompletableFuture().join();
      }
      writer.finish(Bytes.EMPTY).toCompletableFuture().join();
      group = other;
      group.commit(last);
      assertEquals("1", noted());
      assertEquals("12", propose(2));
    }
  }

  @Test
  void aSessionThatIsForgottenIsAnUnknownOutcomeAndTheNextCommandHasANewOne() {
    propose(1);
    for (int i = 0; i < SessionPart.MAX_SESSIONS; i++) {
      group.commit(new SessionCommand.Open().encode());
    }
    assertEquals(Reason.OUTCOME_UNKNOWN, refused(2));
    assertEquals("1", noted());
    assertEquals("13", propose(3));
  }

  @Test
  void withoutASessionNothingIsDone() {
    group.copies = 0;
    assertEquals(Reason.UNAVAILABLE, refused(1));
    group.copies = 1;
    assertEquals("2", propose(2));
    group.copies = 0;
    assertEquals(Reason.OUTCOME_UNKNOWN, refused(3));
    group.copies = 1;
    assertEquals("24", propose(4));
  }

  @Test
  void commandsUnderWayAreBounded() {
    propose(1);
    group.answers = false;
    for (int i = 0; i < SessionPart.MAX_ANSWERS; i++) {
      assertTrue(!log.propose(GROUP, note(2)).toCompletableFuture().isDone());
    }
    assertEquals(Reason.OVERLOADED, refused(3));
  }

  @Test
  void sessionsDoNotNestAndDamageIsAnswered() {
    propose(1);
    Bytes run = group.committed.get(1);
    Bytes cut = run.slice(0, run.length() - 1);
    assertEquals(
        SessionCommand.Status.DAMAGED, SessionCommand.Answer.decode(group.commit(cut)).status());
    Bytes nested = new SessionCommand.Run(1, 9, 1, run).encode();
    assertThrows(IllegalStateException.class, () -> group.commit(nested));
  }
}
