package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Keeps the ledgers awake: after a failover a sharded entity starts on its first message alone, so
 * each peer sends one to every ledger every {@code mesh.tasks.wake-interval}. It also tells the
 * ledgers at once of a peer that was lost.
 */
public final class LedgerKeeper {
  /** What the keeper is told. */
  public sealed interface Command {}

  /** The runs of {@code peer}'s worker up to {@code incarnation} are gone. */
  public record PeerLost(PeerId peer, long incarnation) implements Command {}

  private enum WakeAll implements Command {
    INSTANCE
  }

  private LedgerKeeper() {}

  /** Wakes the ledgers behind {@code region}. */
  public static Behavior<Command> create(
      ActorRef<LedgerCommand.Sent> region, LedgerSettings settings) {
    return Behaviors.withTimers(
        timers -> {
          timers.startTimerWithFixedDelay(WakeAll.INSTANCE, Duration.ZERO, settings.wakeInterval());
          return Behaviors.receive(Command.class)
              .onMessage(
                  PeerLost.class,
                  lost -> {
                    for (int i = 0; i < settings.ledgers(); i++) {
                      region.tell(new LedgerCommand.PeerLost(i, lost.peer(), lost.incarnation()));
                    }
                    return Behaviors.same();
                  })
              .onMessage(
                  WakeAll.class,
                  any -> {
                    for (int i = 0; i < settings.ledgers(); i++) {
                      region.tell(new LedgerCommand.Wake(i));
                    }
                    return Behaviors.same();
                  })
              .build();
        });
  }
}
