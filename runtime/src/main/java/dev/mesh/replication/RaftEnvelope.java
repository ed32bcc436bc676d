package dev.mesh.replication;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Message;

/** A Raft message that another replica of the group has sent. */
record RaftEnvelope(PeerId from, Message message) implements GroupMessage {}
