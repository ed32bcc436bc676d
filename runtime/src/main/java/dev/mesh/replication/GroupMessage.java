package dev.mesh.replication;

/** All that the actor of a replica takes: calls, other replicas' messages, and its own events. */
sealed interface GroupMessage permits GroupCall, RaftEnvelope, RaftGroup.Event {}
