package dev.mesh.peer;

import dev.mesh.events.MeshEvent;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.membership.Witness;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when a peer has sent what no peer of this mesh and release sends: it lowers the
 * sender's reputation, and is told as an event, of one sender at most once in {@link #QUIET}. Used
 * by one thread at a time.
 */
final class Refusals {
  static final Duration QUIET = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /** Of more senders than this, the first are forgotten: at worst they are told of again. */
  private static final int MAX_SENDERS = 256;

  private final PeerState state;
  private final Witness witness;
  private final Map<PeerId, Long> toldAt =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerId, Long> eldest) {
          return size() > MAX_SENDERS;
        }
      };

  Refusals(PeerState state, Witness witness) {
    this.state = state;
    this.witness = witness;
  }

  /**
   * A message was not heard.
   *
   * @param what by what it was sent: "heartbeat", for example
   * @param why what is wrong with it
   */
  void refused(PeerId from, String what, String why) {
    witness.saw(from, Outcome.REFUSED_MESSAGE, 1);
    long now = System.nanoTime();
    Long told = toldAt.get(from);
    if (told == null || now - told > QUIET.toNanos()) {
      toldAt.put(from, now);
      String text = "what " + from + " says by " + what + " is refused: " + why;
      LOG.warn("{}", text);
      state.happened(new MeshEvent.PeerRefused(text));
    }
  }
}
