package dev.mesh.replication;

import dev.mesh.persistence.replicated.ReplicatedLog.Applied;
import dev.mesh.protocols.Bytes;
import java.util.concurrent.CompletableFuture;

/** A command of this JVM's own: with its future in one object, as there are very many. */
final class Proposal extends CompletableFuture<Applied> implements Calls.Caller {
  final Bytes command;
  final GroupRouter.Kind kind;

  Proposal(Bytes command, GroupRouter.Kind kind) {
    this.command = command;
    this.kind = kind;
  }
}
