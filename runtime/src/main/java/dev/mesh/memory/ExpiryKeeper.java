package dev.mesh.memory;

import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.memory.MemoryAnswer;
import dev.mesh.persistence.replicated.memory.MemoryCommand;
import dev.mesh.persistence.replicated.memory.MemoryCommand.Due;
import dev.mesh.persistence.replicated.memory.MemoryQuery;
import dev.mesh.protocols.GroupId;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Has expired entries removed from the groups that this peer leads: at every tick it asks the local
 * replica what is due by this peer's clock, and proposes a command that names it. A group is asked
 * again only when the last command is answered; where nothing is due, nothing is proposed. Two
 * peers that both believe to lead do no harm: the second command finds nothing.
 */
public final class ExpiryKeeper extends AbstractBehavior<ExpiryKeeper.Command> {
  /** What the keeper hears. */
  public sealed interface Command {}

  private enum Tick implements Command {
    TICK
  }

  /** A group was looked after; {@code more} if the command was full. */
  private record Done(GroupId group, boolean more) implements Command {}

  private final MemorySettings settings;
  private final Supplier<ReplicatedLog> log;
  private final Supplier<? extends Collection<GroupId>> led;
  private final InstantSource clock;
  private final Set<GroupId> underWay = new HashSet<>();

  /**
   * The keeper of the groups that this peer leads.
   *
   * @param led the groups that this peer leads, of any kind; thread-safe
   */
  public static Behavior<Command> create(
      MemorySettings settings,
      Supplier<ReplicatedLog> log,
      Supplier<? extends Collection<GroupId>> led,
      InstantSource clock) {
    Behavior<Command> keeper =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers -> {
                      timers.startTimerWithFixedDelay(Tick.TICK, settings.expiryInterval());
                      return new ExpiryKeeper(context, settings, log, led, clock);
                    }));
    return Behaviors.supervise(keeper).onFailure(SupervisorStrategy.restart());
  }

  private ExpiryKeeper(
      ActorContext<Command> context,
      MemorySettings settings,
      Supplier<ReplicatedLog> log,
      Supplier<? extends Collection<GroupId>> led,
      InstantSource clock) {
    super(context);
    this.settings = settings;
    this.log = log;
    this.led = led;
    this.clock = clock;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessageEquals(Tick.TICK, this::onTick)
        .onMessage(Done.class, this::onDone)
        .build();
  }

  private Behavior<Command> onTick() {
    for (GroupId group : led.get()) {
      if (keepsMemory(group) && underWay.add(group)) {
        expire(group);
      }
    }
    return this;
  }

  private boolean keepsMemory(GroupId group) {
    return group.value() >= 1 && group.value() <= settings.groups();
  }

  private void expire(GroupId group) {
    long now = clock.millis();
    ReplicatedLog asked = log.get();
    MemoryQuery query = new MemoryQuery.Expired(now, settings.maxExpired());
    CompletionStage<Boolean> more =
        asked
            .query(group, 0, query.encode())
            .thenCompose(page -> expire(asked, group, now, MemoryQuery.DuePage.decode(page).due()));
    getContext().pipeToSelf(more, (full, failure) -> new Done(group, failure == null && full));
  }

  private CompletionStage<Boolean> expire(
      ReplicatedLog asked, GroupId group, long now, List<Due> due) {
    return due.isEmpty()
        ? CompletableFuture.completedStage(false)
        : asked
            .propose(group, new MemoryCommand.Expire(now, due).encode())
            .thenApply(
                applied ->
                    MemoryAnswer.decode(applied.answer()).version() == settings.maxExpired());
  }

  private Behavior<Command> onDone(Done done) {
    if (done.more()) {
      expire(done.group());
    } else {
      underWay.remove(done.group());
    }
    return this;
  }
}
