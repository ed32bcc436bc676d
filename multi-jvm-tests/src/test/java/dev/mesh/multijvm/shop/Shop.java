package dev.mesh.multijvm.shop;

import static org.apache.pekko.http.javadsl.server.Directives.complete;
import static org.apache.pekko.http.javadsl.server.Directives.concat;
import static org.apache.pekko.http.javadsl.server.Directives.get;
import static org.apache.pekko.http.javadsl.server.Directives.onSuccess;
import static org.apache.pekko.http.javadsl.server.Directives.path;
import static org.apache.pekko.http.javadsl.server.Directives.post;
import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.Mesh;
import dev.mesh.persistence.replicated.query.ReplicatedReadJournal;
import java.io.File;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * The application's process: {@code Shop FILE}, where the file sets what differs between processes.
 *
 * <ul>
 *   <li>{@code POST /carts/ID/ITEM} puts an item into a cart and answers its content;
 *   <li>{@code GET /carts/ID} answers the cart's content;
 *   <li>{@code GET /sold} counts all items in all carts, by the events of the journal.
 * </ul>
 */
final class Shop {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ActorSystem<Void> system;
  private final ClusterSharding sharding;
  private final ReplicatedReadJournal journal;

  private Shop(ActorSystem<Void> system) {
    this.system = system;
    this.sharding = ClusterSharding.get(system);
    this.journal =
        PersistenceQuery.get(system)
            .getReadJournalFor(ReplicatedReadJournal.class, ReplicatedReadJournal.IDENTIFIER);
    sharding.init(Entity.of(Cart.TYPE, context -> Cart.create(context.getEntityId())));
  }

  public static void main(String[] args) {
    Config config =
        ConfigFactory.parseFile(new File(args[0]))
            .withFallback(ConfigFactory.parseResources("shop.conf"))
            .withFallback(ConfigFactory.load());
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "shop", config);
    Mesh.get(system)
        .ready()
        .thenCompose(
            mesh ->
                Http.get(system)
                    .newServerAt("127.0.0.1", config.getInt("shop.port"))
                    .bind(new Shop(system).route()))
        .whenComplete(
            (bound, failure) -> {
              if (failure != null) {
                system.log().error("The shop cannot open", failure);
                system.terminate();
              }
            });
  }

  private Route route() {
    return concat(
        path(
            segment("carts").slash(segment()).slash(segment()),
            (cart, item) -> post(() -> answer(ask(cart, replyTo -> new Cart.Add(item, replyTo))))),
        path(
            segment("carts").slash(segment()),
            cart -> get(() -> answer(ask(cart, Cart.Show::new)))),
        path("sold", () -> get(() -> answer(sold()))));
  }

  private static Route answer(CompletionStage<?> text) {
    return onSuccess(text, answer -> complete(answer.toString()));
  }

  private CompletionStage<?> ask(
      String cart,
      org.apache.pekko.japi.function.Function<ActorRef<Cart.Content>, Cart.Command> command) {
    return sharding
        .entityRefFor(Cart.TYPE, cart)
        .ask(command, PATIENCE)
        .thenApply(Cart.Content::items);
  }

  private CompletionStage<Integer> sold() {
    return journal
        .<Cart.Added>currentEventsBySlices(Cart.TYPE.name(), 0, 1023, Offset.noOffset())
        .runWith(Sink.fold(0, (count, event) -> count + 1), system);
  }
}
