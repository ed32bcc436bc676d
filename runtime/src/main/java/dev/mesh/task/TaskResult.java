package dev.mesh.task;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.Optional;

/**
 * The one accepted result of a task that completed.
 *
 * @param peer who ran it
 * @param attempt which try it was, from 1
 */
public record TaskResult(String id, Bytes value, Optional<PeerId> peer, int attempt) {}
