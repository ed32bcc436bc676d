package dev.mesh.persistence.raftlog;

import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.StoppedStore;
import dev.mesh.persistence.local.StoreException;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.persistence.replicated.MachineStanding;
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
 * Looks at the Raft logs of a peer that does not run, and says what does not fit together. It reads
 * and folds a log just as the peer does when it starts, so a group without problems is one that the
 * peer can start with; then it looks at every other record, too. Changes nothing on disk. Not
 * thread-safe.
 *
 * <p>A group's log is held in memory while it is looked at, as it is in a running peer. Problems of
 * a group beyond {@value #MAX_PROBLEMS} are only counted.
 */
public final class LogInspector implements AutoCloseable {
  static final int MAX_PROBLEMS = 20;

  private final StoppedStore store;
  private final HostForms forms;
  private final Optional<FoundingSet> founders;

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

  /** The groups that have a log or a machine's state here, in order. */
  public List<GroupId> groups() {
    TreeSet<GroupId> groups = new TreeSet<>(LogFrames.groups(store));
    groups.addAll(MachineStanding.groups(store));
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
    return new Inspection(group, founders.orElseThrow()).run();
  }

  @Override
  public void close() {
    store.close();
  }

  /** The look at one group. */
  private final class Inspection {
    private final GroupId group;
    private final LogFrames frames;
    private final Recovery recovery;
    private final List<String> problems = new ArrayList<>();
    private long batches;
    private long bytes;
    private long next = 1;
    private int untold;

    Inspection(GroupId group, FoundingSet founders) {
      this.group = group;
      this.frames = new LogFrames(MeshId.of(founders.members()), group);
      this.recovery = new Recovery(Membership.of(founders.members()));
    }

    GroupInspection run() {
      tell(this::readEachBatch);
      boolean readable = problems.isEmpty();
      tell(() -> fold(readable));
      recovery.entries().forEach(this::readPayload);
      OptionalLong applied = standing(problems.isEmpty());
      if (untold > 0) {
        problems.add("and " + untold + " more");
      }
      return new GroupInspection(
          group,
          recovery.hardState(),
          recovery.compacted(),
          recovery.entries(),
          batches,
          bytes,
          applied,
          problems);
    }

    /** Looks at each record for itself, so that all damage is found and not just the first. */
    private void readEachBatch() {
      next = frames.readHead(store).first();
      store.scan(
          Space.LOGS,
          frames.batchKey(0),
          frames.endKey(),
          (key, record) -> {
            long number = LogFrames.number(key);
            if (number > next) {
              problem(
                  "the log has a gap: batches %d to %d are missing".formatted(next, number - 1));
            } else if (number < next) {
              problem("batch " + number + " is there, though the log begins with batch " + next);
            }
            next = Math.max(next, number + 1);
            batches++;
            bytes += record.length;
            tell(() -> frames.readBatch(record, store, key));
            return true;
          });
    }

    /** Reads the log as the peer does. What stops it for good was told already if not readable. */
    private void fold(boolean readable) {
      try {
        LogFrames.Head head = frames.readHead(store);
        new LogReading(store, frames, head, (number, records) -> {}, recovery::add).run();
      } catch (StoreException e) {
        if (readable) {
          throw e;
        }
      }
    }

    private void readPayload(Entry entry) {
      try {
        if (entry.type() == EntryType.COMMANDS) {
          forms.commands(entry.payload());
        }
      } catch (RuntimeException e) {
        problem("entry %d cannot be read: %s".formatted(entry.index(), e));
      }
    }

    /** The machine's applied index, compared with the log if that is whole. */
    private OptionalLong standing(boolean logIsWhole) {
      MachineStanding[] machine = {null};
      tell(
          () -> {
            machine[0] = MachineStanding.read(store, group);
            if (logIsWhole) {
              recovery.recovered(mark(machine[0]));
            }
          });
      return machine[0] == null ? OptionalLong.empty() : OptionalLong.of(machine[0].appliedIndex());
    }

    private SnapshotMark mark(MachineStanding machine) {
      return Optional.of(machine.label())
          .filter(label -> !label.isEmpty())
          .map(forms::mark)
          .filter(mark -> mark.index() == machine.appliedIndex())
          .orElseGet(() -> recovery.markAt(machine.appliedIndex()));
    }

    /** Whatever a record does to its reader is what is wrong with it. */
    private void tell(Runnable reading) {
      try {
        reading.run();
      } catch (RuntimeException e) {
        problem(e.getMessage() == null ? e.toString() : e.getMessage());
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
