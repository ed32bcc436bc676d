package dev.mesh.multijvm.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.multijvm.history.Call.CompareAndSet;
import dev.mesh.multijvm.history.Call.Delete;
import dev.mesh.multijvm.history.Call.Get;
import dev.mesh.multijvm.history.Call.Put;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small histories, each with one thing that is right or wrong. Times are small whole numbers. */
class LinearizabilityCheckerTest {
  private static final Answer ABSENT = new Answer.Absent();
  private static final Answer MISMATCH = new Answer.Mismatch();
  private static final Answer DELETED = new Answer.Deleted();
  private static final Answer FAILED = new Answer.Failed("read-only");
  private static final Answer UNKNOWN = new Answer.Unknown("time-out");

  private final List<Operation> history = new ArrayList<>();

  private Operation at(int called, int returned, Call call, Answer answer) {
    Operation operation = new Operation(history.size(), call, called, returned, answer);
    history.add(operation);
    return operation;
  }

  private static Answer found(String value, long version) {
    return new Answer.Found(value, version);
  }

  private static Answer written(long version) {
    return new Answer.Written(version);
  }

  private void assertGood() {
    Verdict verdict = LinearizabilityChecker.forMemory().check(history);
    assertInstanceOf(Verdict.Linearizable.class, verdict, verdict::toString);
  }

  private Verdict.NotLinearizable assertBad(Operation unexplained) {
    Verdict verdict = LinearizabilityChecker.forMemory().check(history);
    Verdict.NotLinearizable bad =
        assertInstanceOf(Verdict.NotLinearizable.class, verdict, verdict::toString);
    assertEquals(unexplained, bad.unexplained(), bad::toString);
    return bad;
  }

  @Test
  void oneAfterAnother() {
    at(0, 1, new Get("x"), ABSENT);
    at(2, 3, new Put("x", "a"), written(1));
    at(4, 5, new Get("x"), found("a", 1));
    at(6, 7, new CompareAndSet("x", 1, "b"), written(2));
    at(8, 9, new CompareAndSet("x", 1, "c"), MISMATCH);
    at(10, 11, new Delete("x"), DELETED);
    at(12, 13, new CompareAndSet("x", Call.ABSENT, "d"), written(7));
    at(14, 15, new Get("x"), found("d", 7));
    assertGood();
  }

  @Test
  void aReadDuringAWriteSeesEitherValue() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 9, new Put("x", "b"), written(2));
    at(3, 4, new Get("x"), found("a", 1));
    at(5, 6, new Get("x"), found("b", 2));
    assertGood();
  }

  @Test
  void keysAreIndependent() {
    at(0, 1, new Put("x", "a"), written(5));
    at(2, 3, new Put("y", "b"), written(1));
    at(4, 5, new Get("x"), found("a", 5));
    assertGood();
  }

  @Test
  void staleRead() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new Put("x", "b"), written(2));
    Verdict.NotLinearizable bad = assertBad(at(4, 5, new Get("x"), found("a", 1)));
    assertTrue(bad.report().contains("get x -> \"a\" version 1"), bad::report);
    assertTrue(bad.report().contains("put x \"b\" -> written as version 2"), bad::report);
    assertTrue(bad.report().contains("leads to: \"b\" version 2"), bad::report);
  }

  @Test
  void aReadGoesBackDuringAWrite() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 9, new Put("x", "b"), written(2));
    at(3, 4, new Get("x"), found("b", 2));
    assertBad(at(5, 6, new Get("x"), found("a", 1)));
  }

  @Test
  void lostUpdate() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 6, new CompareAndSet("x", 1, "b"), written(2));
    assertBad(at(3, 7, new CompareAndSet("x", 1, "c"), written(3)));
  }

  @Test
  void aCompareAndSetAppliedTwice() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new CompareAndSet("x", 1, "b"), written(2));
    at(4, 5, new Put("x", "a2"), written(3));
    assertBad(at(6, 7, new Get("x"), found("b", 4)));
  }

  @Test
  void aCompareAndSetWhoseRetryIsRefused() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new CompareAndSet("x", 1, "b"), MISMATCH);
    assertBad(history.get(1));
    history.set(1, new Operation(1, new CompareAndSet("x", 1, "b"), 2, 3, UNKNOWN));
    at(4, 5, new Get("x"), found("b", 2));
    assertGood();
  }

  @Test
  void aWriteOfUnknownOutcomeTakesEffectLaterOrNever() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new Put("x", "b"), UNKNOWN);
    at(4, 5, new Put("x", "c"), UNKNOWN);
    at(6, 7, new Get("x"), found("a", 1));
    at(8, 9, new Get("x"), found("a", 1));
    at(10, 11, new Get("x"), found("c", 4));
    at(12, 13, new Get("x"), found("b", 9));
    assertGood();
  }

  @Test
  void aWriteOfUnknownOutcomeIsSeenAndThenGone() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new Put("x", "b"), UNKNOWN);
    at(4, 5, new Get("x"), found("b", 2));
    assertBad(at(6, 7, new Get("x"), found("a", 1)));
  }

  @Test
  void aWriteOfUnknownOutcomeIsSeenBeforeItIsCalled() {
    at(0, 1, new Put("x", "a"), written(1));
    Operation early = at(2, 3, new Get("x"), found("b", 2));
    at(4, 5, new Put("x", "b"), UNKNOWN);
    assertBad(early);
  }

  @Test
  void aWriteOfUnknownOutcomeExplainsAMismatch() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new Put("x", "b"), UNKNOWN);
    at(4, 5, new CompareAndSet("x", 1, "c"), MISMATCH);
    assertGood();
    assertBad(at(6, 7, new Get("x"), found("a", 1)));
  }

  @Test
  void aDeleteAndACreationOfUnknownOutcomeAreNeededTogether() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new Delete("x"), UNKNOWN);
    at(4, 5, new CompareAndSet("x", Call.ABSENT, "b"), UNKNOWN);
    at(6, 7, new Get("x"), found("b", 2));
    assertGood();
    at(8, 9, new Delete("x"), DELETED);
    assertBad(at(10, 11, new Get("x"), found("b", 2)));
  }

  @Test
  void aFailedWriteIsSeen() {
    at(0, 1, new Put("x", "a"), FAILED);
    assertBad(at(2, 3, new Get("x"), found("a", 1)));
  }

  @Test
  void aValueNobodyWroteIsSeen() {
    assertBad(at(0, 1, new Get("x"), found("a", 1)));
  }

  @Test
  void anAcknowledgedWriteIsLost() {
    at(0, 1, new Put("x", "a"), written(1));
    assertBad(at(2, 3, new Get("x"), ABSENT));
  }

  @Test
  void aVersionGoesBack() {
    at(0, 1, new Put("x", "a"), written(7));
    assertBad(at(2, 3, new Put("x", "b"), written(6)));
  }

  @Test
  void aVersionBeginsAgainAfterADelete() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new Delete("x"), DELETED);
    assertBad(at(4, 5, new Put("x", "b"), written(1)));
  }

  @Test
  void aDeleteFindsNothingToDelete() {
    at(0, 1, new Delete("x"), ABSENT);
    at(2, 3, new Put("x", "a"), written(1));
    assertBad(at(4, 5, new Delete("x"), ABSENT));
  }

  @Test
  void aDeleteIsDoneTwice() {
    at(0, 1, new Put("x", "a"), written(1));
    at(2, 3, new Delete("x"), DELETED);
    assertBad(at(4, 5, new Delete("x"), DELETED));
  }

  @Test
  void aValueHasTwoVersions() {
    at(0, 1, new Put("x", "a"), UNKNOWN);
    at(2, 3, new Get("x"), found("a", 1));
    assertBad(at(4, 5, new Get("x"), found("a", 2)));
  }

  @Test
  void concurrentWritesHaveEitherOrderButOne() {
    at(0, 9, new Put("x", "a"), UNKNOWN);
    at(0, 9, new Put("x", "b"), UNKNOWN);
    at(10, 14, new Get("x"), found("a", 1));
    at(11, 15, new Get("x"), found("b", 2));
    assertGood();
    history.set(3, new Operation(3, new Get("x"), 11, 15, found("b", 1)));
    assertBad(history.get(3));
  }

  @Test
  void twoReadersSeeTwoOrders() {
    at(0, 20, new Put("x", "a"), UNKNOWN);
    at(0, 20, new Put("x", "b"), UNKNOWN);
    at(1, 2, new Get("x"), found("a", 1));
    at(3, 6, new Get("x"), found("b", 2));
    assertBad(at(7, 8, new Get("x"), found("a", 1)));
  }

  @Test
  void tooMuchEffortIsNoVerdict() {
    for (int i = 1; i <= 20; i++) {
      at(0, 100, new Put("x", "v" + i), written(i));
    }
    Verdict verdict = new LinearizabilityChecker<>(new VersionedRegister(), 10).check(history);
    assertInstanceOf(Verdict.GaveUp.class, verdict, verdict::toString);
  }
}
