package dev.mesh.multijvm.shop;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/** One customer's shopping cart. */
final class Cart extends EventSourcedBehavior<Cart.Command, Cart.Added, Cart.Content> {
  static final EntityTypeKey<Command> TYPE = EntityTypeKey.create(Command.class, "Cart");

  sealed interface Command extends Message {}

  /** Answered once the item is in the cart for good. */
  record Add(String item, ActorRef<Content> replyTo) implements Command {}

  record Show(ActorRef<Content> replyTo) implements Command {}

  record Added(String item) implements Message {}

  /** What is in the cart: how often each item. */
  record Content(Map<String, Integer> items) implements Message {
    Content with(Added added) {
      Map<String, Integer> more = new TreeMap<>(items);
      more.merge(added.item(), 1, Integer::sum);
      return new Content(more);
    }
  }

  private Cart(String id) {
    super(
        PersistenceId.of(TYPE.name(), id),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(5), 0.2));
  }

  static Behavior<Command> create(String id) {
    return new Cart(id);
  }

  @Override
  public Content emptyState() {
    return new Content(Map.of());
  }

  @Override
  public CommandHandler<Command, Added, Content> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(
            Add.class,
            add -> Effect().persist(new Added(add.item())).thenReply(add.replyTo(), cart -> cart))
        .onCommand(Show.class, (cart, show) -> Effect().reply(show.replyTo(), cart))
        .build();
  }

  @Override
  public EventHandler<Content, Added> eventHandler() {
    return newEventHandlerBuilder().forAnyState().onAnyEvent(Content::with);
  }
}
