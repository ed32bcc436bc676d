package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.GossipMessage.Branch;
import dev.mesh.protocols.gossip.GossipMessage.Bucket;
import dev.mesh.protocols.gossip.GossipMessage.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** How nodes that differ are told to the other side: split into messages of bounded size. */
final class Comparison {
  /** The most messages of one kind that answer one message; the rest is for later rounds. */
  static final int MAX_PARTS = 16;

  private Comparison() {}

  /** Those of the 16 nodes below {@code theirs} that differ from ours. */
  static List<Prefix> differing(HashTree<?> ours, Branch theirs) {
    List<Prefix> differing = new ArrayList<>();
    for (int digit = 0;
        digit < Prefix.WIDTH && theirs.prefix().depth() < Prefix.MAX_DEPTH;
        digit++) {
      Prefix child = theirs.prefix().child(digit);
      if (ours.hash(child) != theirs.hashes().get(digit)) {
        differing.add(child);
      }
    }
    return differing;
  }

  /** Shows our side of nodes that differ: all that is held there if it is little, else hashes. */
  static List<GossipMessage> show(
      PeerId self, Tree tree, HashTree<?> ours, List<Prefix> differing, int maxBytes) {
    List<Branch> branches = new ArrayList<>();
    List<Bucket> buckets = new ArrayList<>();
    for (Prefix prefix : differing) {
      if (ours.size(prefix) <= HashTree.LEAF || prefix.depth() == Prefix.MAX_DEPTH) {
        buckets.add(new Bucket(prefix, ours.entries(prefix).stream().map(Held::of).toList()));
      } else {
        branches.add(new Branch(prefix, ours.childHashes(prefix)));
      }
    }
    List<GossipMessage> messages = new ArrayList<>();
    split(branches, branch -> Branch.WEIGHT, maxBytes)
        .forEach(part -> messages.add(new GossipMessage.Branches(self, tree, part)));
    split(buckets, Bucket::weight, maxBytes)
        .forEach(part -> messages.add(new GossipMessage.Buckets(self, tree, part)));
    return messages;
  }

  /** In parts of at most {@code maxBytes}, or of one member; at most {@link #MAX_PARTS}. */
  static <T> List<List<T>> split(List<T> whole, ToIntFunction<? super T> weight, int maxBytes) {
    List<List<T>> parts = new ArrayList<>();
    List<T> part = new ArrayList<>();
    int bytes = 0;
    for (T next : whole) {
      int more = weight.applyAsInt(next);
      if (!part.isEmpty() && bytes + more > maxBytes) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(next);
      bytes += more;
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts.size() > MAX_PARTS ? parts.subList(0, MAX_PARTS) : parts;
  }
}
