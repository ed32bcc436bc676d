package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.List;

/**
 * What peers gossip. None is larger than {@link GossipSettings#maxMessageBytes}, about.
 *
 * <p>Anti-entropy goes down the hash trees: a {@link Summary} is answered, where it differs, with
 * {@link Branches}, these with deeper ones or, where little is left to compare, with {@link
 * Buckets}; those with what is newer at the receiver ({@link News}) and a request for what is newer
 * at the sender ({@link Want}).
 */
public sealed interface GossipMessage {
  PeerId from();

  /** The roots of both trees. */
  record Summary(PeerId from, long peers, long entries) implements GossipMessage {}

  /** Nodes of a tree, by the hashes of what is below them. */
  record Branches(PeerId from, Tree tree, List<Branch> branches) implements GossipMessage {
    public Branches {
      branches = List.copyOf(branches);
    }
  }

  /**
   * A node of a tree, by what is below it.
   *
   * @param hashes of the 16 nodes below the one at {@code prefix}
   */
  record Branch(Prefix prefix, List<Long> hashes) {
    /** About how many bytes this is on the wire; rather more than less. */
    public static final int WEIGHT = 224;

    public Branch {
      hashes = List.copyOf(hashes);
      if (hashes.size() != Prefix.WIDTH) {
        throw new IllegalArgumentException("a branch of " + hashes.size() + " nodes, not 16");
      }
    }
  }

  /** How new all is that the sender holds below nodes of a tree. */
  record Buckets(PeerId from, Tree tree, List<Bucket> buckets) implements GossipMessage {
    public Buckets {
      buckets = List.copyOf(buckets);
    }
  }

  /** How new all is that the sender holds below a node. */
  record Bucket(Prefix prefix, List<Held> held) {
    private static final int FIXED_BYTES = 64;

    public Bucket {
      held = List.copyOf(held);
    }

    public int weight() {
      return FIXED_BYTES + held.stream().mapToInt(Held::weight).sum();
    }
  }

  /** What is held under a name. */
  record Held(String name, Stamp stamp) {
    private static final int FIXED_BYTES = 96;
    static final int BYTES_PER_CHAR = 3;

    static Held of(Gossiped entry) {
      return new Held(entry.name(), entry.stamp());
    }

    public int weight() {
      return FIXED_BYTES + BYTES_PER_CHAR * name.length() + stamp.writer().value().length();
    }
  }

  /** Answered with {@link News} of these. */
  record Want(PeerId from, Tree tree, List<String> names) implements GossipMessage {
    public Want {
      names = List.copyOf(names);
    }

    /** About how many bytes a name is on the wire. */
    static int weight(String name) {
      return Held.BYTES_PER_CHAR * name.length() + Byte.SIZE;
    }
  }

  /**
   * What is new.
   *
   * @param rumour it was sent unasked and is to be told on; else it is an answer to a comparison
   */
  record News(PeerId from, boolean rumour, List<PeerFacts> facts, List<AppEntry> entries)
      implements GossipMessage {
    public News {
      facts = List.copyOf(facts);
      entries = List.copyOf(entries);
    }

    static News of(PeerId from, boolean rumour, List<Gossiped> news) {
      List<PeerFacts> facts = new ArrayList<>();
      List<AppEntry> entries = new ArrayList<>();
      for (Gossiped it : news) {
        if (it instanceof PeerFacts peer) {
          facts.add(peer);
        } else {
          entries.add((AppEntry) it);
        }
      }
      return new News(from, rumour, facts, entries);
    }
  }
}
