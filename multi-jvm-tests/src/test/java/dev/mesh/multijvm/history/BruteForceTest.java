package dev.mesh.multijvm.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tiny histories with random answers, good and bad: the search agrees with trying every order. */
class BruteForceTest {
  private static final int HISTORIES = 5_000;
  private static final int OPERATIONS = 6;
  private static final int TIMES = 12;
  private static final int VERSIONS = 4;

  private final VersionedRegister model = new VersionedRegister();

  @Test
  void theSearchAgreesWithTryingEveryOrder() {
    Random random = new Random(7);
    int good = 0;
    for (int i = 0; i < HISTORIES; i++) {
      List<Operation> history = draw(random);
      boolean expected = somethingExplains(model.initial(), history);
      Verdict verdict = LinearizabilityChecker.forMemory().check(history);
      assertEquals(
          expected, verdict instanceof Verdict.Linearizable, () -> history + "\n" + verdict);
      good += expected ? 1 : 0;
    }
    int share = 100 * good / HISTORIES;
    assertTrue(share >= 5 && share <= 95, "one-sided: " + share + "% are linearizable");
  }

  /** Whether some order of those left does, with or without those of unknown outcome. */
  private boolean somethingExplains(VersionedRegister.State state, List<Operation> left) {
    if (left.stream().allMatch(Operation::isUnknown)) {
      return true;
    }
    long firstAnswer =
        left.stream()
            .filter(operation -> !operation.isUnknown())
            .mapToLong(Operation::returned)
            .min()
            .orElseThrow();
    for (Operation next : left) {
      if (next.called() <= firstAnswer) {
        List<Operation> rest = new ArrayList<>(left);
        rest.remove(next);
        if (model.step(state, next).filter(after -> somethingExplains(after, rest)).isPresent()) {
          return true;
        }
      }
    }
    return false;
  }

  private static List<Operation> draw(Random random) {
    List<Operation> history = new ArrayList<>();
    for (int client = 0; client < OPERATIONS; client++) {
      long called = random.nextInt(TIMES);
      Call call = call(random, client);
      boolean unknown = !(call instanceof Call.Get) && random.nextInt(3) == 0;
      Answer answer = unknown ? new Answer.Unknown("drawn") : answer(random, call);
      history.add(new Operation(client, call, called, called + random.nextInt(TIMES), answer));
    }
    return history;
  }

  private static Call call(Random random, int client) {
    return switch (random.nextInt(6)) {
      case 0, 1 -> new Call.Put("x", "v" + client);
      case 2, 3 -> new Call.CompareAndSet("x", random.nextInt(VERSIONS), "v" + client);
      case 4 -> new Call.Get("x");
      default -> new Call.Delete("x");
    };
  }

  private static Answer answer(Random random, Call call) {
    if (call instanceof Call.Get) {
      return random.nextInt(4) == 0
          ? new Answer.Absent()
          : new Answer.Found("v" + random.nextInt(OPERATIONS), 1 + random.nextInt(VERSIONS));
    }
    if (call instanceof Call.Delete) {
      return random.nextBoolean() ? new Answer.Absent() : new Answer.Deleted();
    }
    return call instanceof Call.CompareAndSet && random.nextBoolean()
        ? new Answer.Mismatch()
        : new Answer.Written(1 + random.nextInt(VERSIONS));
  }
}
