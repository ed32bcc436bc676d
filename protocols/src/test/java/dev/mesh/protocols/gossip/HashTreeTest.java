package dev.mesh.protocols.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HashTreeTest {

  @Test
  void isAMapWhateverIsPutAndRemoved() {
    Random random = new Random(1);
    Map<String, AppEntry> model = new TreeMap<>();
    HashTree<AppEntry> tree = HashTree.empty();
    for (int step = 0; step < 5000; step++) {
      String key = "k" + random.nextInt(step < 4000 ? 400 : 40);
      if (random.nextInt(3) == 0) {
        tree = tree.without(key);
        model.remove(key);
      } else {
        AppEntry entry = entry(key, step);
        tree = tree.with(entry);
        model.put(key, entry);
      }
      assertEquals(model.size(), tree.size());
      assertEquals(Optional.ofNullable(model.get(key)), tree.get(key));
    }
    List<AppEntry> seen = new ArrayList<>();
    tree.forEach(seen::add);
    assertEquals(new HashSet<>(model.values()), new HashSet<>(seen));
    for (int i = 0; i < seen.size(); i++) {
      assertEquals(seen.get(i), tree.at(i));
    }
  }

  @Test
  void theHashTellsTheStateAndNotItsHistory() {
    List<AppEntry> entries = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      entries.add(entry("k" + i, 1));
    }
    HashTree<AppEntry> one = treeOf(entries);
    Collections.shuffle(entries, new Random(2));
    HashTree<AppEntry> other = HashTree.empty();
    for (AppEntry entry : entries) {
      other = other.with(entry(entry.key(), 0)).with(entry("x" + entry.key(), 3)).with(entry);
    }
    assertNotEquals(one.hash(), other.hash());
    for (AppEntry entry : entries) {
      other = other.without("x" + entry.key());
    }
    assertEquals(one.hash(), other.hash());
    assertNotEquals(one.hash(), other.with(entry("k7", 2)).hash());
    for (AppEntry entry : entries) {
      other = other.without(entry.key());
    }
    assertEquals(0, other.hash());
    assertEquals(0, other.size());
  }

  @Test
  void aDifferenceIsFoundBelowEachPrefixOfItAndNowhereElse() {
    List<AppEntry> entries = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      entries.add(entry("k" + i, 1));
    }
    HashTree<AppEntry> one = treeOf(entries);
    HashTree<AppEntry> other = one.with(entry("k1234", 2));
    List<Prefix> differing = List.of(Prefix.ROOT);
    for (int depth = 0; depth < 8; depth++) {
      Prefix parent = differing.get(0);
      assertEquals(1, differing.size());
      assertTrue(other.entries(parent).contains(entry("k1234", 2)));
      differing =
          Comparison.differing(one, new GossipMessage.Branch(parent, other.childHashes(parent)));
    }
  }

  @Test
  void nodesPartitionWhatIsBelow() {
    List<AppEntry> entries = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      entries.add(entry("k" + i, i));
    }
    HashTree<AppEntry> tree = treeOf(entries);
    for (Prefix prefix :
        List.of(Prefix.ROOT, Prefix.ROOT.child(7), Prefix.ROOT.child(15).child(0))) {
      Set<AppEntry> below = new HashSet<>();
      long hash = 0;
      for (int digit = 0; digit < 16; digit++) {
        below.addAll(tree.entries(prefix.child(digit)));
        hash += tree.hash(prefix.child(digit));
      }
      assertEquals(new HashSet<>(tree.entries(prefix)), below);
      assertEquals(tree.size(prefix), below.size());
      assertEquals(tree.hash(prefix), hash);
    }
  }

  private static HashTree<AppEntry> treeOf(List<AppEntry> entries) {
    HashTree<AppEntry> tree = HashTree.empty();
    for (AppEntry entry : entries) {
      tree = tree.with(entry);
    }
    return tree;
  }

  private static AppEntry entry(String key, long version) {
    return new AppEntry(
        key, new Stamp(new Version(0, version), new PeerId("w")), Optional.of(Bytes.utf8(key)));
  }
}
