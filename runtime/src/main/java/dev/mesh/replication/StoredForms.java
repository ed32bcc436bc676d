package dev.mesh.replication;

import dev.mesh.persistence.replicated.LogInspector;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.raft.SnapshotMark;
import dev.mesh.replication.link.RaftCodec;
import java.util.List;

/** What replicas put into their store that is opaque to it. */
public enum StoredForms implements LogInspector.HostForms {
  /** The only one. */
  HERE;

  @Override
  public List<Bytes> commands(Bytes payload) {
    return Blocks.split(payload);
  }

  @Override
  public SnapshotMark mark(Bytes label) {
    return RaftCodec.readMark(label);
  }
}
