package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.List;

/**
 * What peers say to their contacts again and again.
 *
 * @param meshName peers of another name are refused
 * @param protocolVersion peers of another version are refused
 * @param peer the sender
 * @param incarnation grows with each start of the sender
 * @param address host:port of the sender
 * @param wantsAnswer whether the receiver should say hello back at once; an answer asks for none
 * @param announcement how far the sender's founding is
 * @param cluster how the sender stands to the cluster
 * @param contacts some peers that the sender knows, at most {@link Discovery#MAX_TOLD}
 */
public record Hello(
    String meshName,
    int protocolVersion,
    PeerId peer,
    long incarnation,
    String address,
    boolean wantsAnswer,
    Announcement announcement,
    ClusterReport cluster,
    List<Contact> contacts) {
  public Hello {
    contacts = List.copyOf(contacts);
  }

  Contact sender() {
    return new Contact(peer, incarnation, address);
  }
}
