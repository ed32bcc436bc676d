package dev.mesh.protocols.gossip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A map from names to what is held under them, which is also its own digest: a 16-ary hash tree
 * (Merkle 1987) over the hashes of the names, where a node's hash is the sum of the hashes of all
 * that is below it. So two trees are compared from the root down, and only where they differ.
 *
 * <p>Immutable: a change copies the path from the root to one leaf and shares the rest, so that
 * thousands of simulated peers can share one state, and a snapshot costs nothing. Thread-safe. A
 * change or a look-up takes O(log n). Different states have equal hashes with a chance of 2^-64.
 */
public final class HashTree<E extends Gossiped> {
  /** What a leaf holds at most, and about what is compared name by name at once. */
  static final int LEAF = 16;

  private final Node<E> root;

  private HashTree(Node<E> root) {
    this.root = root;
  }

  public static <E extends Gossiped> HashTree<E> empty() {
    return new HashTree<>(new Leaf<>(List.of(), new long[0]));
  }

  public int size() {
    return root.size;
  }

  /** Equal for equal states, however they came about; 0 if empty. */
  public long hash() {
    return root.hash;
  }

  public Optional<E> get(String name) {
    long key = Hashes.of(name);
    Node<E> node = root;
    for (int depth = 0; node instanceof Branch<E> branch; depth++) {
      node = branch.children.get(Prefix.digit(key, depth));
    }
    Leaf<E> leaf = (Leaf<E>) node;
    int index = leaf.indexOf(name);
    return index < 0 ? Optional.empty() : Optional.of(leaf.entries.get(index));
  }

  /** With {@code entry} in place of what was under its name. */
  public HashTree<E> with(E entry) {
    return new HashTree<>(root.with(entry, Hashes.of(entry.name()), 0));
  }

  public HashTree<E> without(String name) {
    return get(name).isEmpty() ? this : new HashTree<>(root.without(name, Hashes.of(name), 0));
  }

  /** Everything, in the order of hashed names: the same at all peers that hold the same. */
  public void forEach(Consumer<E> action) {
    root.forEach(action);
  }

  /** What {@link #forEach} gives as number {@code index} from 0. */
  E at(int index) {
    Node<E> node = root;
    int rest = index;
    while (node instanceof Branch<E> branch) {
      int child = 0;
      while (rest >= branch.children.get(child).size) {
        rest -= branch.children.get(child).size;
        child++;
      }
      node = branch.children.get(child);
    }
    return ((Leaf<E>) node).entries.get(rest);
  }

  int size(Prefix prefix) {
    return under(prefix).size;
  }

  long hash(Prefix prefix) {
    return under(prefix).hash;
  }

  List<E> entries(Prefix prefix) {
    List<E> entries = new ArrayList<>();
    under(prefix).forEach(entries::add);
    return entries;
  }

  /** The hashes of the 16 nodes below a node. */
  List<Long> childHashes(Prefix prefix) {
    List<Long> hashes = new ArrayList<>(Prefix.WIDTH);
    for (int digit = 0; digit < Prefix.WIDTH; digit++) {
      hashes.add(hash(prefix.child(digit)));
    }
    return hashes;
  }

  /** The part of the tree below a prefix, which may lie within a leaf. */
  private Node<E> under(Prefix prefix) {
    Node<E> node = root;
    for (int depth = 0; depth < prefix.depth(); depth++) {
      if (!(node instanceof Branch<E> branch)) {
        return ((Leaf<E>) node).under(prefix);
      }
      node = branch.children.get(Prefix.digit(prefix.bits(), depth));
    }
    return node;
  }

  private abstract static class Node<E extends Gossiped> {
    final int size;
    final long hash;

    Node(int size, long hash) {
      this.size = size;
      this.hash = hash;
    }

    abstract Node<E> with(E entry, long key, int depth);

    abstract Node<E> without(String name, long key, int depth);

    abstract void forEach(Consumer<? super E> action);
  }

  /** Entries in the order of their keys, which are the hashes of their names. */
  private static final class Leaf<E extends Gossiped> extends Node<E> {
    final List<E> entries;
    final long[] keys;

    Leaf(List<E> entries, long[] keys) {
      super(entries.size(), sum(entries, keys));
      this.entries = entries;
      this.keys = keys;
    }

    private static long sum(List<? extends Gossiped> entries, long[] keys) {
      long sum = 0;
      for (int i = 0; i < keys.length; i++) {
        sum += Hashes.of(keys[i], entries.get(i).stamp());
      }
      return sum;
    }

    int indexOf(String name) {
      for (int i = 0; i < keys.length; i++) {
        if (entries.get(i).name().equals(name)) {
          return i;
        }
      }
      return -1;
    }

    @Override
    Node<E> with(E entry, long key, int depth) {
      List<E> next = new ArrayList<>(entries);
      int index = indexOf(entry.name());
      if (index >= 0) {
        next.set(index, entry);
        return new Leaf<>(List.copyOf(next), keys);
      }
      int place = 0;
      while (place < keys.length && Long.compareUnsigned(keys[place], key) < 0) {
        place++;
      }
      next.add(place, entry);
      long[] nextKeys = Arrays.copyOf(keys, keys.length + 1);
      System.arraycopy(keys, place, nextKeys, place + 1, keys.length - place);
      nextKeys[place] = key;
      Leaf<E> grown = new Leaf<>(List.copyOf(next), nextKeys);
      return grown.size > LEAF && depth < Prefix.MAX_DEPTH ? grown.split(depth) : grown;
    }

    private Branch<E> split(int depth) {
      List<Node<E>> children = new ArrayList<>(Prefix.WIDTH);
      int from = 0;
      for (int digit = 0; digit < Prefix.WIDTH; digit++) {
        int to = from;
        while (to < keys.length && Prefix.digit(keys[to], depth) == digit) {
          to++;
        }
        children.add(
            new Leaf<>(List.copyOf(entries.subList(from, to)), Arrays.copyOfRange(keys, from, to)));
        from = to;
      }
      return new Branch<>(List.copyOf(children));
    }

    @Override
    Node<E> without(String name, long key, int depth) {
      int index = indexOf(name);
      List<E> next = new ArrayList<>(entries);
      next.remove(index);
      long[] nextKeys = new long[keys.length - 1];
      System.arraycopy(keys, 0, nextKeys, 0, index);
      System.arraycopy(keys, index + 1, nextKeys, index, nextKeys.length - index);
      return new Leaf<>(List.copyOf(next), nextKeys);
    }

    Leaf<E> under(Prefix prefix) {
      int from = 0;
      while (from < keys.length && !prefix.covers(keys[from])) {
        from++;
      }
      int to = from;
      while (to < keys.length && prefix.covers(keys[to])) {
        to++;
      }
      return new Leaf<>(List.copyOf(entries.subList(from, to)), Arrays.copyOfRange(keys, from, to));
    }

    @Override
    void forEach(Consumer<? super E> action) {
      entries.forEach(action);
    }
  }

  private static final class Branch<E extends Gossiped> extends Node<E> {
    final List<Node<E>> children;

    Branch(List<Node<E>> children) {
      super(
          children.stream().mapToInt(child -> child.size).sum(),
          children.stream().mapToLong(child -> child.hash).sum());
      this.children = children;
    }

    private Branch<E> replace(int digit, Node<E> child) {
      List<Node<E>> next = new ArrayList<>(children);
      next.set(digit, child);
      return new Branch<>(List.copyOf(next));
    }

    @Override
    Node<E> with(E entry, long key, int depth) {
      int digit = Prefix.digit(key, depth);
      return replace(digit, children.get(digit).with(entry, key, depth + 1));
    }

    @Override
    Node<E> without(String name, long key, int depth) {
      int digit = Prefix.digit(key, depth);
      Branch<E> next = replace(digit, children.get(digit).without(name, key, depth + 1));
      return next.size > LEAF ? next : next.collapse();
    }

    private Leaf<E> collapse() {
      List<E> entries = new ArrayList<>(size);
      forEach(entries::add);
      long[] keys = entries.stream().mapToLong(entry -> Hashes.of(entry.name())).toArray();
      return new Leaf<>(List.copyOf(entries), keys);
    }

    @Override
    void forEach(Consumer<? super E> action) {
      children.forEach(child -> child.forEach(action));
    }
  }
}
