package dev.mesh.protocols;

import java.util.regex.Pattern;

/**
 * The lasting name of a peer. It is written in the peer's data folder at first start and survives
 * restarts, changes of address and new incarnations of the actor system; an address identifies
 * nobody. The order of ids is the same everywhere, so that ties are broken alike at every peer.
 *
 * @param value 1 to 100 characters of {@code [A-Za-z0-9._-]}
 */
public record PeerId(String value) implements Comparable<PeerId> {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  public PeerId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "peer id '" + value + "' is not 1 to 100 letters, digits, '.', '_' or '-'");
    }
  }

  @Override
  public int compareTo(PeerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
