package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Map;
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
 * @param neighbours whom it keeps connections to
 * @param opinions what it has itself seen of others, as scores in [0, 1]; about itself its word
 *     does not count
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
    String softwareVersion,
    List<PeerId> neighbours,
    Map<PeerId, Double> opinions)
    implements Gossiped {
  private static final int FIXED_BYTES = 256;
  private static final int BYTES_PER_TEXT = 4;
  private static final int BYTES_PER_OPINION = 16;

  public PeerFacts {
    capabilities = Set.copyOf(capabilities);
    kinds = Set.copyOf(kinds);
    neighbours = List.copyOf(neighbours);
    opinions = Map.copyOf(opinions);
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
        softwareVersion,
        neighbours,
        opinions);
  }

  @Override
  public String name() {
    return peer.value();
  }

  @Override
  public Stamp stamp() {
    return new Stamp(version, peer);
  }

  /**
   * Whether only what changes all the time differs from {@code other}: load, counts, connections
   * and opinions.
   */
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
    for (PeerId neighbour : neighbours) {
      texts += neighbour.value().length() + BYTES_PER_TEXT;
    }
    for (PeerId subject : opinions.keySet()) {
      texts += subject.value().length() + BYTES_PER_OPINION;
    }
    return FIXED_BYTES + texts;
  }
}
