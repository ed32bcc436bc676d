package dev.mesh.protocols.gossip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is being told on, and how often still (SWIM, §4.1: an update is sent a multiple of log n
 * times; those sent least go first). At most {@value #MAX} at once: beyond, the one told most is
 * left to anti-entropy.
 */
final class Rumours {
  static final int MAX = 1024;

  private static final Comparator<Map.Entry<Topic, Integer>> LEAST_TOLD_FIRST =
      Map.Entry.<Topic, Integer>comparingByValue()
          .reversed()
          .thenComparing(Map.Entry.comparingByKey());

  /** Names what is told; what it is now is looked up when it is told. */
  record Topic(Tree tree, String name) implements Comparable<Topic> {
    @Override
    public int compareTo(Topic other) {
      int trees = tree.compareTo(other.tree);
      return trees != 0 ? trees : name.compareTo(other.name);
    }
  }

  /** Something to tell, and how many more times. */
  private final Map<Topic, Integer> left = new HashMap<>();

  /** Begins to tell something, or begins anew. */
  void begin(Topic topic, int times) {
    if (times > 0) {
      if (left.size() == MAX && !left.containsKey(topic)) {
        left.entrySet().stream()
            .max(LEAST_TOLD_FIRST)
            .map(Map.Entry::getKey)
            .ifPresent(left::remove);
      }
      left.put(topic, times);
    }
  }

  /** All, those told least first. */
  List<Topic> topics() {
    List<Map.Entry<Topic, Integer>> sorted = new ArrayList<>(left.entrySet());
    sorted.sort(LEAST_TOLD_FIRST);
    return sorted.stream().map(Map.Entry::getKey).toList();
  }

  void told(Topic topic, int times) {
    left.computeIfPresent(topic, (same, rest) -> rest > times ? rest - times : null);
  }
}
