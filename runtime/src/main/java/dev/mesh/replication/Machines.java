package dev.mesh.replication;

import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.protocols.GroupId;

/** Opens the state machine that a group replicates, as this peer's store has it. */
@FunctionalInterface
public interface Machines {
  /**
   * Whether this peer has a machine for a group of that name. Where it has none, a replica waits
   * until it has.
   */
  default boolean isKnown(String name) {
    return true;
  }

  /**
   * Reads the store.
   *
   * @param name of the group; empty for group 0 and the sliced ones
   */
  StateMachine open(GroupId group, String name);
}
