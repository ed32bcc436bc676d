package dev.mesh.protocols.membership;

import java.util.LinkedHashSet;
import java.util.Set;

/** Says whether a text is new, so that what repeats is said once. Forgets the oldest of 200. */
final class Once {
  private static final int REMEMBERED = 200;

  private final Set<String> said = new LinkedHashSet<>();

  boolean isNew(String text) {
    if (said.size() >= REMEMBERED && !said.contains(text)) {
      said.remove(said.iterator().next());
    }
    return said.add(text);
  }
}
