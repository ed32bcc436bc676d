package dev.mesh.persistence.replicated;

import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.persistence.local.StoppedStore;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.persistence.raftlog.LogCheck;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FoundingSet;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Recovery;
import dev.mesh.protocols.raft.SnapshotMark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Looks at the replicas of a peer that does not run, and says what does not fit together: a group
 * without problems is one that the peer can start with. Changes nothing on disk. Not thread-safe.
 *
 * <p>A group's log is held in memory while it is looked at, as it is in a running peer. Problems of
 * a group beyond {@value #MAX_PROBLEMS} are only counted.
 */
public final class LogInspector implements AutoCloseable {
  static final int MAX_PROBLEMS = 20;

  private final StoppedStore store;
  private final HostForms forms;
  private final Optional<FoundingSet> founders;
  private final HeldReplicas.OnRecord onRecord;

  /** What the host of a group writes that is opaque here. Each throws what it likes on damage. */
  public interface HostForms {
    /** The commands in the payload of an entry. */
    List<Bytes> commands(Bytes payload);

    /** The mark that a machine's state is labelled with once a snapshot was installed. */
    SnapshotMark mark(Bytes label);
  }

  private LogInspector(StoppedStore store, HostForms forms) {
    this.store = store;
    this.forms = forms;
    this.founders = PeerIdentity.founders(store);
    this.onRecord = HeldReplicas.read(store);
    if (founders.isEmpty() && !groups().isEmpty()) {
      throw new StoreException(
          "the store in %s holds %s, but not the mesh that they belong to: it is damaged; restore the folder from a copy, or move it away so that this peer starts anew"
              .formatted(store.folder(), groups()));
    }
  }

  /**
   * Opens a stopped peer's folder.
   *
   * @throws StoreException if the folder is no peer's, is in use, is damaged as a whole, or was
   *     written by a newer version
   */
  public static LogInspector open(Path folder, StoreSettings settings, HostForms forms) {
    StoppedStore store = StoppedStore.open(folder, settings);
    try {
      return new LogInspector(store, forms);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  public Path folder() {
    return store.folder();
  }

  /** Whose folder it is; empty if the peer never got as far as having an id. */
  public Optional<PeerId> peer() {
    return PeerIdentity.peerId(store);
  }

  /** The mesh that the peer belongs to; empty while it belongs to none. */
  public Optional<MeshId> mesh() {
    return founders.map(set -> MeshId.of(set.members()));
  }

  /**
   * The groups that are on record, or have a log or a machine's state here, in order; but not those
   * whose erasure the next start completes.
   */
  public List<GroupId> groups() {
    TreeSet<GroupId> groups = new TreeSet<>(onRecord.held().keySet());
    groups.addAll(LogCheck.groups(store));
    groups.addAll(MachineStanding.groups(store));
    groups.removeAll(onRecord.halfErased());
    return List.copyOf(groups);
  }

  /**
   * Reads and checks one of {@link #groups}.
   *
   * @throws IllegalArgumentException if the group is not here
   */
  public GroupInspection inspect(GroupId group) {
    if (!groups().contains(group)) {
      throw new IllegalArgumentException(
          "there is no %s in %s; there is %s".formatted(group, folder(), groups()));
    }
    return new Inspection(group).run();
  }

  @Override
  public void close() {
    store.close();
  }

  /** The look at one group. */
  private final class Inspection {
    private final GroupId group;
    private final Optional<Membership> bootstrap;
    private final Recovery recovery;
    private final List<String> problems = new ArrayList<>();
    private int untold;

    Inspection(GroupId group) {
      this.group = group;
      this.bootstrap = Optional.ofNullable(onRecord.held().get(group));
      this.recovery = new Recovery(bootstrap.orElse(Membership.NONE));
    }

    GroupInspection run() {
      if (bootstrap.isEmpty()) {
        problem("the peer has no record that it holds this group");
      }
      LogCheck log = new LogCheck(store, mesh().orElseThrow(), group, this::problem);
      boolean whole = log.run(recovery);
      recovery.entries().forEach(this::readPayload);
      OptionalLong applied = standing(whole);
      if (untold > 0) {
        problems.add("and " + untold + " more");
      }
      return new GroupInspection(
          group,
          recovery.hardState(),
          recovery.compacted(),
          recovery.entries(),
          log.batches(),
          log.bytes(),
          applied,
          problems);
    }

    private void readPayload(Entry entry) {
      try {
        if (entry.type() == EntryType.COMMANDS) {
          forms.commands(entry.payload());
        } else if (entry.type() == EntryType.CONFIGURATION) {
          Membership.fromBytes(entry.payload());
        }
      } catch (RuntimeException e) {
        problem("entry %d cannot be read: %s".formatted(entry.index(), e));
      }
    }

    /** The machine's applied index, compared with the log if that is whole. */
    private OptionalLong standing(boolean logIsWhole) {
      try {
        MachineStanding machine = MachineStanding.read(store, group);
        if (logIsWhole) {
          compare(machine);
        }
        return OptionalLong.of(machine.appliedIndex());
      } catch (StoreException e) {
        problem(e.getMessage());
        return OptionalLong.empty();
      }
    }

    /** As the host does when it starts the replica. */
    private void compare(MachineStanding machine) {
      try {
        recovery.recovered(
            Optional.of(machine.label())
                .filter(label -> !label.isEmpty())
                .map(forms::mark)
                .filter(mark -> mark.index() == machine.appliedIndex())
                .orElseGet(() -> recovery.markAt(machine.appliedIndex())));
      } catch (RuntimeException e) {
        problem(e.getMessage());
      }
    }

    private void problem(String what) {
      if (problems.size() < MAX_PROBLEMS) {
        problems.add(what);
      } else {
        untold++;
      }
    }
  }
}
