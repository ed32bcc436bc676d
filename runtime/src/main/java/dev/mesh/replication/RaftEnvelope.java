package dev.mesh.replication;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Message;

/** A Raft message on its way from one replica of a group to another. */
record RaftEnvelope(GroupId group, PeerId from, Message message) implements GroupMessage {}
