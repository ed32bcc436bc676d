package dev.mesh.persistence.replicated.meta;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.placement.Replicas;
import dev.mesh.protocols.placement.Ring;
import dev.mesh.protocols.raft.Membership;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What each command does to a directory. Replicas come to the same answer, so a rule looks at
 * nothing but the directory and the command, and its bounds are constants.
 */
final class DirectoryRules {
  /** Peers that can be registered at once. */
  static final int MAX_PEERS = 1000;

  /** Groups of all kinds: each has a place in every peer's directory. */
  static final int MAX_GROUPS = 4096;

  private static final int MAX_TEXT = 255;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._/-]{1,100}");

  /** The directory after a command, and the answer to it. */
  record Outcome(Directory directory, MetaAnswer answer) {}

  private DirectoryRules() {}

  static Outcome apply(MetaCommand command, Directory now) {
    if (command instanceof MetaCommand.Found it) {
      return found(it, now);
    } else if (!now.isFounded()) {
      return refused(now, "the mesh is not founded yet; try again when it is");
    } else if (command instanceof MetaCommand.Register it) {
      return register(it, now);
    } else if (command instanceof MetaCommand.Leave it) {
      return leave(it, now);
    } else if (command instanceof MetaCommand.Remove it) {
      return remove(it, now);
    } else if (command instanceof MetaCommand.MembersChanged it) {
      return membersChanged(it, now);
    } else if (command instanceof MetaCommand.CreateGroup it) {
      return createGroup(it, now);
    }
    throw new IllegalStateException("no rule for " + command);
  }

  private static Outcome found(MetaCommand.Found found, Directory now) {
    Directory first = found.directory();
    if (now.isFounded()) {
      return first.slicedGroups() == now.slicedGroups() && first.ledgers() == now.ledgers()
          ? done(now)
          : refused(
              now,
              "the mesh was founded with %d groups and %d ledgers, not with %d and %d"
                  .formatted(
                      now.slicedGroups(), now.ledgers(), first.slicedGroups(), first.ledgers()));
    } else if (!canBegin(first)) {
      return refused(
          now,
          "a mesh of %d peers, %d ledgers and %d sliced groups cannot begin with the groups %s"
              .formatted(
                  first.peers().size(),
                  first.ledgers(),
                  first.slicedGroups(),
                  first.groups().keySet()));
    }
    return done(
        new Directory(1, first.slicedGroups(), first.ledgers(), first.peers(), first.groups()));
  }

  private static boolean canBegin(Directory first) {
    int groups = first.groups().size();
    return first.slicedGroups() >= 1
        && first.ledgers() >= 1
        && groups == first.slicedGroups() + 1
        && groups <= MAX_GROUPS
        && first.groups().lastKey().value() == first.slicedGroups()
        && first.peers().size() <= MAX_PEERS;
  }

  private static Outcome register(MetaCommand.Register register, Directory now) {
    PeerId peer = register.peer();
    Optional<Registered> known = Optional.ofNullable(now.peers().get(peer));
    if (register.address().length() > MAX_TEXT || register.zone().length() > MAX_TEXT) {
      return refused(
          now, "address or zone of " + peer + " is longer than " + MAX_TEXT + " characters");
    } else if (known.isEmpty() && now.peers().size() >= MAX_PEERS) {
      return refused(
          now, "the mesh has " + MAX_PEERS + " peers, the most it can have; let one leave first");
    }
    PeerState state = known.map(Registered::state).orElse(PeerState.ACTIVE);
    return put(peer, new Registered(register.address(), register.zone(), state), now);
  }

  private static Outcome leave(MetaCommand.Leave leave, Directory now) {
    PeerId peer = leave.peer();
    Registered known = now.peers().get(peer);
    if (known == null) {
      return refused(now, peer + " is not a peer of this mesh, which has " + now.peers().keySet());
    } else if (now.activeZones().keySet().equals(Set.of(peer))) {
      return refused(
          now, peer + " is the last peer that does not leave; to end the mesh, stop the peer");
    }
    return put(peer, new Registered(known.address(), known.zone(), PeerState.LEAVING), now);
  }

  private static Outcome put(PeerId peer, Registered registered, Directory now) {
    if (registered.equals(now.peers().get(peer))) {
      return done(now);
    }
    SortedMap<PeerId, Registered> peers = new TreeMap<>(now.peers());
    peers.put(peer, registered);
    return done(next(now, peers, now.groups()));
  }

  private static Outcome remove(MetaCommand.Remove remove, Directory now) {
    PeerId peer = remove.peer();
    List<GroupId> held = now.groupsOf(peer);
    if (!held.isEmpty()) {
      return refused(now, peer + " is still a member of " + held + "; let it leave first");
    } else if (!now.peers().containsKey(peer)) {
      return done(now);
    }
    SortedMap<PeerId, Registered> peers = new TreeMap<>(now.peers());
    peers.remove(peer);
    return done(next(now, peers, now.groups()));
  }

  private static Outcome membersChanged(MetaCommand.MembersChanged change, Directory now) {
    GroupEntry known = now.groups().get(change.group());
    if (known == null) {
      return refused(now, change.group() + " does not exist");
    } else if (change.index() <= known.membersIndex()) {
      return done(now);
    }
    return put(change.group(), new GroupEntry(known.name(), change.members(), change.index()), now);
  }

  private static Outcome createGroup(MetaCommand.CreateGroup create, Directory now) {
    String name = create.name();
    Optional<GroupId> known = now.groupNamed(name);
    if (known.isPresent()) {
      return created(known.get(), now);
    } else if (!NAME.matcher(name).matches()) {
      return refused(
          now, "group name '" + name + "' is not 1 to 100 letters, digits, '.', '_', '-' or '/'");
    } else if (now.groups().size() >= MAX_GROUPS) {
      return refused(
          now, "the mesh has " + MAX_GROUPS + " groups, the most it can have; use one of them");
    }
    GroupId group = new GroupId(now.groups().lastKey().value() + 1);
    List<PeerId> replicas = Replicas.of(group, Ring.of(now.activeZones()));
    if (replicas.isEmpty()) {
      return refused(now, "all peers are leaving: none is left to hold a new group");
    }
    GroupEntry entry = new GroupEntry(name, Membership.of(replicas), 0);
    return created(group, put(group, entry, now).directory());
  }

  private static Outcome created(GroupId group, Directory now) {
    return new Outcome(now, new MetaAnswer(now.version(), Optional.of(group), Optional.empty()));
  }

  private static Outcome put(GroupId group, GroupEntry entry, Directory now) {
    SortedMap<GroupId, GroupEntry> groups = new TreeMap<>(now.groups());
    groups.put(group, entry);
    return done(next(now, now.peers(), groups));
  }

  private static Directory next(
      Directory now, SortedMap<PeerId, Registered> peers, SortedMap<GroupId, GroupEntry> groups) {
    return new Directory(now.version() + 1, now.slicedGroups(), now.ledgers(), peers, groups);
  }

  private static Outcome done(Directory directory) {
    return new Outcome(
        directory, new MetaAnswer(directory.version(), Optional.empty(), Optional.empty()));
  }

  private static Outcome refused(Directory now, String why) {
    return new Outcome(now, new MetaAnswer(now.version(), Optional.empty(), Optional.of(why)));
  }
}
