package dev.mesh.protocols.sim;

import dev.mesh.protocols.PeerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Links between peers that lose, delay, double and so reorder, and can be cut one way. */
public final class Network<M> {
  /** Takes what arrives. */
  public interface Receiver<M> {
    void receive(PeerId from, PeerId to, M message);
  }

  private record Link(PeerId from, PeerId to) {}

  private final EventQueue events;
  private final SeededDraws draws;
  private final Receiver<M> receiver;
  private final Set<Link> cut = new HashSet<>();
  private final Map<Link, Long> slow = new HashMap<>();
  private int lossPercent;
  private int doublePercent;
  private long maxDelay = 1;

  public Network(EventQueue events, SeededDraws draws, Receiver<M> receiver) {
    this.events = events;
    this.draws = draws;
    this.receiver = receiver;
  }

  public void weather(int newLossPercent, int newDoublePercent, long newMaxDelay) {
    lossPercent = newLossPercent;
    doublePercent = newDoublePercent;
    maxDelay = newMaxDelay;
  }

  /** From now on nothing gets from the one to the other; the way back is not touched. */
  public void cut(PeerId from, PeerId to) {
    cut.add(new Link(from, to));
  }

  /** From now on whatever goes from the one to the other takes so much longer. */
  public void slow(PeerId from, PeerId to, long millis) {
    slow.put(new Link(from, to), millis);
  }

  /** What gets from the one to the other does so again, if slowly. */
  public void mend(PeerId from, PeerId to) {
    cut.remove(new Link(from, to));
  }

  public void mend() {
    cut.clear();
    slow.clear();
  }

  public void send(PeerId from, PeerId to, M message) {
    int copies = draws.chance(lossPercent) ? 0 : draws.chance(doublePercent) ? 2 : 1;
    long slower = slow.getOrDefault(new Link(from, to), 0L);
    for (int i = 0; i < copies; i++) {
      events.after(slower + draws.between(0, maxDelay), () -> arrive(from, to, message));
    }
  }

  private void arrive(PeerId from, PeerId to, M message) {
    if (!cut.contains(new Link(from, to))) {
      receiver.receive(from, to, message);
    }
  }
}
