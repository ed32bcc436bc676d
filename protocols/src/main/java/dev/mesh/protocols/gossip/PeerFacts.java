package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import java.util.Optional;
import java.util.Set;

/**
 * What a peer says of itself to all.
 *
 * @param version given by {@link Gossip}
 * @param address host:port of its remoting
 * @param httpAddress host:port of its HTTP server, if it has one
 * @param kinds the kinds of tasks that it has handlers for
 * @param done tasks that ended well at it in this life
 * @param failed tasks that failed at it in this life
 */
public record PeerFacts(
    PeerId peer,
    Version version,
    String address,
    Optional<String> httpAddress,
    String zone,
    Set<String> capabilities,
    Set<String> kinds,
    Load load,
    long done,
    long failed,
    String softwareVersion)
    implements Gossiped {
  private static final int FIXED_BYTES = 256;
  private static final int BYTES_PER_TEXT = 4;

  public PeerFacts {
    capabilities = Set.copyOf(capabilities);
    kinds = Set.copyOf(kinds);
  }

  PeerFacts at(Version newer) {
    return new PeerFacts(
        peer,
        newer,
        address,
        httpAddress,
        zone,
        capabilities,
        kinds,
        load,
        done,
        failed,
        softwareVersion);
  }

  @Override
  public String name() {
    return peer.value();
  }

  @Override
  public Stamp stamp() {
    return new Stamp(version, peer);
  }

  /** Whether only what changes all the time differs from {@code other}: load and counts. */
  boolean differsInMeasuresOnly(PeerFacts other) {
    return address.equals(other.address)
        && httpAddress.equals(other.httpAddress)
        && zone.equals(other.zone)
        && capabilities.equals(other.capabilities)
        && kinds.equals(other.kinds)
        && softwareVersion.equals(other.softwareVersion);
  }

  @Override
  public int weight() {
    int texts =
        peer.value().length()
            + address.length()
            + httpAddress.map(String::length).orElse(0)
            + zone.length()
            + softwareVersion.length();
    for (String text : capabilities) {
      texts += text.length() + BYTES_PER_TEXT;
    }
    for (String text : kinds) {
      texts += text.length() + BYTES_PER_TEXT;
    }
    return FIXED_BYTES + texts;
  }
}
