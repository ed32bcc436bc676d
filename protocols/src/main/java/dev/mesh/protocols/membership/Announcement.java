package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.Optional;

/**
 * What a peer says of its founding, in each hello.
 *
 * @param expect how many founders the peer waits for; 0 if it founds nothing
 * @param candidate the set it would found with, as far as it knows
 * @param promise the set it has promised itself to; on its disk before it is said
 * @param mesh the mesh it belongs to; on its disk before it is said
 */
public record Announcement(
    PeerId peer,
    int expect,
    Optional<FoundingSet> candidate,
    Optional<FoundingSet> promise,
    Optional<FoundedMesh> mesh) {}
