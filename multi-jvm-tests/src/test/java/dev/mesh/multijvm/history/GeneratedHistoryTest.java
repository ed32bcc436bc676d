package dev.mesh.multijvm.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Histories drawn from seeds: the good ones are found good, and those made bad are found bad. */
class GeneratedHistoryTest {
  private static final LinearizabilityChecker<VersionedRegister.State> CHECKER =
      LinearizabilityChecker.forMemory();
  private static final int SEEDS = 60;

  /** Ways to make a good history bad for certain. */
  enum Mutation {
    /** A read shows what a write that was answered before the read began had replaced. */
    STALE_READ {
      @Override
      Optional<Answer> instead(List<Operation> history, Operation read) {
        return history.stream()
            .filter(other -> other.answer() instanceof Answer.Found && sameKey(other, read))
            .filter(other -> overwrittenBefore(history, version(other), read))
            .map(Operation::answer)
            .findFirst();
      }
    },
    /** A read shows a value that nobody wrote. */
    PHANTOM {
      @Override
      Optional<Answer> instead(List<Operation> history, Operation read) {
        return Optional.of(new Answer.Found("phantom", version(read)));
      }
    },
    /** A read shows the right value under another version. */
    WRONG_VERSION {
      @Override
      Optional<Answer> instead(List<Operation> history, Operation read) {
        Answer.Found found = (Answer.Found) read.answer();
        return history.stream().filter(other -> shows(other, found)).count() > 1
            ? Optional.of(new Answer.Found(found.value(), found.version() + 1))
            : Optional.empty();
      }
    },
    /** A read shows nothing although nothing was deleted. */
    LOST {
      @Override
      Optional<Answer> instead(List<Operation> history, Operation read) {
        boolean deleted =
            history.stream().anyMatch(o -> sameKey(o, read) && o.call() instanceof Call.Delete);
        boolean written =
            history.stream()
                .filter(other -> sameKey(other, read) && other.returned() < read.called())
                .anyMatch(other -> other.answer() instanceof Answer.Written);
        return written && !deleted ? Optional.of(new Answer.Absent()) : Optional.empty();
      }
    };

    /** Another answer to a read that found something; empty where it would not be certain. */
    abstract Optional<Answer> instead(List<Operation> history, Operation read);
  }

  @Test
  void goodHistoriesAreGood() {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<Operation> history = GeneratedHistory.of(seed, 400, 2 + seed % 7, 2);
      Verdict verdict = CHECKER.check(history);
      int by = seed;
      assertInstanceOf(Verdict.Linearizable.class, verdict, () -> "seed " + by + ": " + verdict);
    }
  }

  @ParameterizedTest
  @EnumSource
  void badHistoriesAreBad(Mutation mutation) {
    int changed = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      List<Operation> history = mutate(mutation, GeneratedHistory.of(seed, 60, 3, 2), seed);
      if (!history.isEmpty()) {
        changed++;
        Verdict verdict = CHECKER.check(history);
        int by = seed;
        assertInstanceOf(
            Verdict.NotLinearizable.class, verdict, () -> "seed " + by + ": " + verdict);
      }
    }
    assertTrue(changed >= SEEDS / 4, "only " + changed + " histories could be changed");
  }

  @Test
  void longHistoriesCostLittleMoreThanTheirLength() {
    List<Operation> good = GeneratedHistory.of(9, 10_000, 8, 3);
    Verdict.Linearizable verdict =
        assertInstanceOf(Verdict.Linearizable.class, CHECKER.check(good));
    assertTrue(verdict.configurations() < 20L * verdict.operations(), verdict::toString);

    List<Operation> bad = new ArrayList<>(good);
    int last = lastRead(bad);
    bad.set(last, bad.get(last).with(new Answer.Found("phantom", 1)));
    Verdict.NotLinearizable found =
        assertInstanceOf(Verdict.NotLinearizable.class, CHECKER.check(bad));
    assertEquals(bad.get(last), found.unexplained());
  }

  /** Empty if the history offers no occasion. */
  private static List<Operation> mutate(Mutation mutation, List<Operation> good, int seed) {
    List<Integer> reads =
        IntStream.range(0, good.size())
            .filter(i -> good.get(i).answer() instanceof Answer.Found)
            .boxed()
            .toList();
    int skipped = reads.isEmpty() ? 0 : new Random(seed).nextInt(reads.size());
    for (int offset = 0; offset < reads.size(); offset++) {
      int index = reads.get((skipped + offset) % reads.size());
      Operation read = good.get(index);
      Optional<Answer> instead = mutation.instead(good, read);
      if (instead.isPresent()) {
        List<Operation> bad = new ArrayList<>(good);
        bad.set(index, read.with(instead.get()));
        return bad;
      }
    }
    return List.of();
  }

  private static int lastRead(List<Operation> history) {
    return IntStream.range(0, history.size())
        .filter(i -> history.get(i).answer() instanceof Answer.Found)
        .max()
        .orElseThrow();
  }

  private static boolean overwrittenBefore(List<Operation> history, long version, Operation read) {
    return history.stream()
        .filter(other -> sameKey(other, read) && other.returned() < read.called())
        .anyMatch(other -> version(other) > version);
  }

  private static boolean sameKey(Operation a, Operation b) {
    return a.call().key().equals(b.call().key());
  }

  /** The version that an answer shows, or -1. */
  private static long version(Operation operation) {
    if (operation.answer() instanceof Answer.Found found) {
      return found.version();
    }
    return operation.answer() instanceof Answer.Written written ? written.version() : -1;
  }

  /** Whether the value was read or written with its version. */
  private static boolean shows(Operation operation, Answer.Found found) {
    if (operation.answer() instanceof Answer.Written) {
      Call call = operation.call();
      return call.equals(new Call.Put(call.key(), found.value()))
          || (call instanceof Call.CompareAndSet cas && cas.value().equals(found.value()));
    }
    return operation.answer().equals(found);
  }
}
