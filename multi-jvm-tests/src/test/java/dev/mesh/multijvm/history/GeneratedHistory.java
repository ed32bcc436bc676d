package dev.mesh.multijvm.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A linearizable history, drawn from a seed: clients call one after another, each call takes effect
 * at a moment that is drawn between its call and its answer, and some clients do not hear what
 * became of theirs, which may take effect long after. Used by one thread.
 */
final class GeneratedHistory {
  private static final int LONGEST = 1_000;

  /** How much later than its client gave up a call may take effect. */
  private static final int LATE = 5_000;

  private static final double UNKNOWN = 0.03;
  private static final double NEVER = 0.3;

  private final Random random;
  private final int keys;
  private final Map<String, String> values = new HashMap<>();
  private final Map<String, Long> versions = new HashMap<>();

  private record Draft(
      int client, int number, long called, long effect, long returned, boolean unknown) {}

  private GeneratedHistory(long seed, int keys) {
    this.random = new Random(seed);
    this.keys = keys;
  }

  static List<Operation> of(long seed, int operations, int clients, int keys) {
    return new GeneratedHistory(seed, keys).generate(operations, clients);
  }

  private List<Operation> generate(int operations, int clients) {
    List<Draft> drafts = new ArrayList<>();
    long[] free = new long[clients];
    for (int number = 0; number < operations; number++) {
      int client = number % clients;
      long called = free[client] + 1 + random.nextInt(LONGEST / 4);
      long returned = called + 1 + random.nextInt(LONGEST);
      boolean unknown = random.nextDouble() < UNKNOWN;
      long last = unknown ? returned + LATE : returned;
      long effect = called + random.nextInt((int) (last - called) + 1);
      drafts.add(new Draft(client, number, called, effect, returned, unknown));
      free[client] = returned;
    }
    return drafts.stream()
        .sorted(Comparator.comparing(Draft::effect))
        .map(this::takeEffect)
        .sorted(Comparator.comparing(Operation::called))
        .toList();
  }

  private Operation takeEffect(Draft draft) {
    String key = "k" + random.nextInt(keys);
    String value = draft.client() + "-" + draft.number();
    Call call = call(key, value);
    boolean never = draft.unknown() && random.nextDouble() < NEVER;
    Answer answer = never ? null : answer(call);
    return new Operation(
        draft.client(),
        call,
        draft.called(),
        draft.returned(),
        draft.unknown() ? new Answer.Unknown("drawn") : answer);
  }

  private Call call(String key, String value) {
    int kind = random.nextInt(100);
    if (kind < 45) {
      return new Call.Get(key);
    }
    if (kind < 70) {
      return new Call.Put(key, value);
    }
    if (kind < 95) {
      long version = values.containsKey(key) ? versions.get(key) : Call.ABSENT;
      long expected = random.nextInt(4) == 0 ? Math.max(0, version - 1) : version;
      return new Call.CompareAndSet(key, expected, value);
    }
    return new Call.Delete(key);
  }

  private Answer answer(Call call) {
    String key = call.key();
    long version = values.containsKey(key) ? versions.get(key) : Call.ABSENT;
    if (call instanceof Call.Get) {
      return version == Call.ABSENT
          ? new Answer.Absent()
          : new Answer.Found(values.get(key), version);
    }
    if (call instanceof Call.Put put) {
      return write(key, put.value());
    }
    if (call instanceof Call.CompareAndSet cas) {
      return cas.expected() == version ? write(key, cas.value()) : new Answer.Mismatch();
    }
    return values.remove(key) == null ? new Answer.Absent() : new Answer.Deleted();
  }

  private Answer write(String key, String value) {
    long version = versions.getOrDefault(key, 0L) + 1 + random.nextInt(3);
    values.put(key, value);
    versions.put(key, version);
    return new Answer.Written(version);
  }
}
