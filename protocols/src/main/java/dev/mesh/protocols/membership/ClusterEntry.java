package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.Quorum;
import dev.mesh.protocols.membership.ClusterView.Standing;
import dev.mesh.protocols.membership.Discovery.Effect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How a peer of a mesh comes into the cluster without ever starting a second one beside one that
 * lives.
 *
 * <ul>
 *   <li>Somebody is clustered: join through them.
 *   <li>Nobody is: each registered peer votes for the lowest one that it hears, and who has the
 *       votes of a majority of them forms the cluster. Who changes its vote first abstains for as
 *       long as the old one may count, and by then has heard of a cluster that was formed with it.
 *   <li>The cluster to join has no majority of them: vote for the member through which to join. A
 *       cluster that cannot yet take anybody in, because it has lost a member that it may not
 *       remove, thus learns of the majority that lets it.
 *   <li>This peer's cluster has no majority of the registered peers and a better one without this
 *       peer lives: start a new actor system, which then joins that one.
 * </ul>
 *
 * <p>Who is registered the mesh decides; before it has, the founders are.
 */
final class ClusterEntry {
  private final PeerId self;
  private final DiscoverySettings settings;
  private final Contacts contacts;
  private OptionalLong beganAt = OptionalLong.empty();
  private OptionalLong triedAt = OptionalLong.empty();
  private OptionalLong outdoneSince = OptionalLong.empty();
  private Optional<PeerId> vote = Optional.empty();
  private long abstainsUntil = Long.MIN_VALUE;
  private boolean restarting;

  /** Whom the mesh counts; empty until that is known: then the founders. */
  private Set<PeerId> registry = Set.of();

  private String status = "has not begun";

  ClusterEntry(PeerId self, DiscoverySettings settings, Contacts contacts) {
    this.self = self;
    this.settings = settings;
    this.contacts = contacts;
  }

  String status() {
    return status;
  }

  /** From now on the mesh counts these peers. */
  void count(Set<PeerId> registered) {
    registry = new TreeSet<>(registered);
  }

  private Collection<PeerId> counted(FoundedMesh mesh) {
    return registry.isEmpty() ? mesh.founders().members() : registry;
  }

  boolean isSettled(Optional<FoundedMesh> mesh, ClusterView cluster) {
    return mesh.isPresent() && isMajority(mesh.get(), countedOf(mesh.get(), cluster.reachable()));
  }

  ClusterReport report(Optional<FoundedMesh> mesh, ClusterView cluster, Optional<PeerId> receiver) {
    return new ClusterReport(
        cluster.standing() == Standing.MEMBER,
        mesh.map(known -> countedOf(known, cluster.reachable())).orElse(List.of()),
        receiver.filter(cluster.members()::contains).isPresent(),
        vote);
  }

  /**
   * The peers outside that are heard and vote for a reachable member of this peer's cluster: they
   * are on their way into it, and into no other.
   */
  Set<PeerId> arriving(Optional<FoundedMesh> mesh, ClusterView cluster) {
    return cluster.standing() != Standing.MEMBER || mesh.isEmpty()
        ? Set.of()
        : ofThis(mesh.get()).stream()
            .filter(hello -> !hello.cluster().clustered())
            .filter(
                hello -> hello.cluster().former().filter(cluster.reachable()::contains).isPresent())
            .map(Hello::peer)
            .collect(Collectors.toUnmodifiableSet());
  }

  List<Effect> decide(Optional<FoundedMesh> known, ClusterView cluster, long now) {
    if (beganAt.isEmpty()) {
      beganAt = OptionalLong.of(now);
    }
    if (restarting) {
      return List.of();
    }
    if (known.isEmpty()) {
      status = "waits until its mesh is known";
      return List.of();
    }
    FoundedMesh mesh = known.get();
    if (cluster.standing() != Standing.OUTSIDE) {
      vote = Optional.empty();
    }
    return switch (cluster.standing()) {
      case OUTSIDE -> enter(mesh, now);
      case MEMBER -> stayOrLeave(mesh, cluster, now);
      case REMOVED -> comeBack(mesh);
    };
  }

  /** A peer that a cluster with a majority has removed is cut off until it has a new system. */
  List<Effect> quarantined(Optional<FoundedMesh> mesh, ClusterView cluster, String by) {
    return mesh.isEmpty() || isSettled(mesh, cluster)
        ? List.of()
        : restart("the peer at " + by + " has removed this one and is in reach again");
  }

  private List<Effect> enter(FoundedMesh mesh, long now) {
    boolean trying = triedAt.isPresent() && now - triedAt.getAsLong() < settings.joinRetryMillis();
    List<Hello> clustered =
        ofThis(mesh).stream()
            .filter(hello -> hello.cluster().clustered())
            .sorted(Comparator.comparing(hello -> -hello.cluster().counted().size()))
            .toList();
    if (!clustered.isEmpty()) {
      changeVote(voteAmong(mesh, clustered), now);
      if (trying) {
        return List.of();
      }
      triedAt = OptionalLong.of(now);
      status = "joins the cluster through " + clustered.get(0).address();
      return List.of(new Effect.JoinCluster(clustered.stream().map(Hello::address).toList()));
    }
    if (!trying && mayForm(mesh, now)) {
      triedAt = OptionalLong.of(now);
      status = "forms the cluster";
      return List.of(new Effect.FormCluster());
    }
    return List.of();
  }

  /** A cluster with a majority needs no vote; otherwise the present one stands while it can. */
  private Optional<PeerId> voteAmong(FoundedMesh mesh, List<Hello> clustered) {
    if (isMajority(mesh, clustered.get(0).cluster().counted())) {
      return Optional.empty();
    }
    return vote.filter(voted -> clustered.stream().anyMatch(it -> it.peer().equals(voted)))
        .or(() -> Optional.of(clustered.get(0).peer()));
  }

  private boolean mayForm(FoundedMesh mesh, long now) {
    List<PeerId> there = freshCounted(mesh);
    if (!isMajority(mesh, there)) {
      changeVote(Optional.empty(), now);
      status =
          "waits for a majority of the registered peers "
              + counted(mesh)
              + "; only "
              + there
              + " can be reached";
      return false;
    }
    if (!contacts.allHeard() && now - beganAt.getAsLong() < settings.formAfterMillis()) {
      status = "waits for all its contacts to answer";
      return false;
    }
    PeerId lowest = there.get(0);
    changeVote(Optional.of(lowest), now);
    status = "waits for " + lowest + " to form the cluster";
    return isMajority(mesh, votersForThis(mesh));
  }

  private void changeVote(Optional<PeerId> wanted, long now) {
    if (vote.isPresent() && !vote.equals(wanted)) {
      vote = Optional.empty();
      abstainsUntil = now + settings.contactTimeoutMillis();
    } else if (now >= abstainsUntil) {
      vote = wanted;
    }
  }

  private List<PeerId> votersForThis(FoundedMesh mesh) {
    List<PeerId> voters =
        new ArrayList<>(
            ofThis(mesh).stream()
                .filter(hello -> hello.cluster().former().filter(self::equals).isPresent())
                .map(Hello::peer)
                .toList());
    if (vote.filter(self::equals).isPresent()) {
      voters.add(self);
    }
    return countedOf(mesh, voters);
  }

  private List<Effect> stayOrLeave(FoundedMesh mesh, ClusterView cluster, long now) {
    triedAt = OptionalLong.empty();
    List<PeerId> own = countedOf(mesh, cluster.reachable());
    Optional<Hello> better =
        isMajority(mesh, own)
            ? Optional.empty()
            : ofThis(mesh).stream()
                .filter(hello -> hello.cluster().clustered())
                .filter(hello -> !hello.cluster().includesReceiver())
                .filter(hello -> outdoes(mesh, hello.cluster().counted(), own))
                .findFirst();
    status =
        isMajority(mesh, own)
            ? "is a member of the cluster"
            : "is in a cluster with only " + own + " of the registered peers " + counted(mesh);
    if (better.isEmpty()) {
      outdoneSince = OptionalLong.empty();
      return List.of();
    }
    if (outdoneSince.isEmpty()) {
      outdoneSince = OptionalLong.of(now);
    }
    return now - outdoneSince.getAsLong() < settings.restartAfterMillis()
        ? List.of()
        : restart("the cluster of " + better.get().peer() + " goes on without this peer");
  }

  private List<Effect> comeBack(FoundedMesh mesh) {
    boolean clusterLives =
        ofThis(mesh).stream().anyMatch(hello -> isMajority(mesh, hello.cluster().counted()));
    if (clusterLives || isMajority(mesh, freshCounted(mesh))) {
      return restart("the cluster has removed this peer and a majority is in reach again");
    }
    status = "was removed from the cluster and waits until a majority is in reach";
    return List.of();
  }

  private List<Effect> restart(String why) {
    if (restarting) {
      return List.of();
    }
    restarting = true;
    status = "starts a new actor system: " + why;
    return List.of(new Effect.RestartSystem(why));
  }

  private List<Hello> ofThis(FoundedMesh mesh) {
    return contacts.fresh().stream()
        .filter(hello -> hello.announcement().mesh().filter(mesh::equals).isPresent())
        .toList();
  }

  /** Those the mesh counts that were heard lately, with this peer if it is one; sorted. */
  private List<PeerId> freshCounted(FoundedMesh mesh) {
    return counted(mesh).stream()
        .filter(peer -> peer.equals(self) || contacts.isFresh(peer))
        .toList();
  }

  private List<PeerId> countedOf(FoundedMesh mesh, Collection<PeerId> peers) {
    return List.copyOf(new TreeSet<>(peers.stream().filter(counted(mesh)::contains).toList()));
  }

  /** A majority of those counted, or more of them, or as many with a lower first one. */
  private boolean outdoes(FoundedMesh mesh, List<PeerId> other, List<PeerId> own) {
    if (other.isEmpty() || isMajority(mesh, other) || other.size() != own.size()) {
      return other.size() > own.size();
    }
    return FoundingSet.of(other).compareTo(FoundingSet.of(own)) < 0;
  }

  private boolean isMajority(FoundedMesh mesh, Collection<PeerId> peers) {
    return Quorum.isMajority(peers.size(), counted(mesh).size());
  }
}
