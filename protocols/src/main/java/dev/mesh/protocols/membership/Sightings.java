package dev.mesh.protocols.membership;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.OverlayMessage.Sighting;
import java.util.ArrayList;
import java.util.List;

/** What is worth telling: half of it helps the listener to find its place on the ring. */
final class Sightings {
  private Sightings() {}

  private record Placed(Sighting sighting, long distance) {}

  /** Of {@code all}, at most {@code count}: half are the nearest to the listener, half drawn. */
  static List<Sighting> select(List<Sighting> all, PeerId listener, int count, Draws draws) {
    long there = RingPosition.of(listener);
    List<Placed> placed = new ArrayList<>(all.size());
    for (Sighting it : all) {
      PeerId peer = it.candidate().peer();
      if (!peer.equals(listener)) {
        placed.add(new Placed(it, RingPosition.distance(there, RingPosition.of(peer))));
      }
    }
    placed.sort((a, b) -> Long.compareUnsigned(a.distance(), b.distance()));
    int nearest = Math.min(count / 2, placed.size());
    List<Placed> told = new ArrayList<>(placed.subList(0, nearest));
    told.addAll(draws.sample(placed.subList(nearest, placed.size()), count - nearest));
    return told.stream().map(Placed::sighting).toList();
  }
}
