package dev.mesh.replication;

import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.GroupId;

/** Opens the state machine that a group replicates, as this peer's store has it. */
@FunctionalInterface
public interface Machines {
  /**
   * Reads the store.
   *
   * @param name of the group; empty for group 0 and the sliced ones
   */
  StateMachine open(GroupId group, String name);
}
