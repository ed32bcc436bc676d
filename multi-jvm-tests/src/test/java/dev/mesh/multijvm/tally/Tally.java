package dev.mesh.multijvm.tally;

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
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.replicated.Replicated;
import java.io.File;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The application's process: {@code Tally FILE}, where the file sets what differs between
 * processes.
 *
 * <ul>
 *   <li>{@code POST /commands/CLIENT/NUMBER} has a command applied, and answers {@code done},
 *       {@code refused} when nothing was done, or {@code unknown};
 *   <li>{@code GET /counts/CLIENT} answers how often each of a client's commands was applied, with
 *       all that is acknowledged; {@code GET /stale/CLIENT}, as the nearest replica has it now;
 *   <li>{@code GET /self}, {@code GET /leader} and {@code GET /voters} answer ids of peers, the
 *       latter two as the replica here knows them: none if there is none;
 *   <li>{@code POST /leave} has the peer leave the mesh, and the process end.
 * </ul>
 */
final class Tally {
  /** Makes commands as large as those that make logs be compacted. */
  private static final String FILLING = "x".repeat(1024);

  private final Mesh mesh;
  private final Replicated tally;

  private Tally(Mesh mesh, Replicated tally) {
    this.mesh = mesh;
    this.tally = tally;
  }

  public static void main(String[] args) {
    Config config =
        ConfigFactory.parseFile(new File(args[0]))
            .withFallback(ConfigFactory.parseResources("tally.conf"))
            .withFallback(ConfigFactory.load());
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "tally", config);
    Mesh mesh = Mesh.get(system);
    mesh.replicate("tally", TallyMachine::new)
        .thenCompose(
            tally ->
                Http.get(system)
                    .newServerAt("127.0.0.1", config.getInt("tally.port"))
                    .bind(new Tally(mesh, tally).route()))
        .whenComplete(
            (bound, failure) -> {
              if (failure != null) {
                system.log().error("The tally cannot be kept", failure);
                system.terminate();
              }
            });
  }

  private Route route() {
    return concat(
        path(
            segment("commands").slash(segment()).slash(segment()),
            (client, number) -> post(() -> answer(propose(client + " " + number + " " + FILLING)))),
        path(
            segment("counts").slash(segment()),
            client -> get(() -> answer(tally.read(Bytes.utf8(client)).thenApply(Bytes::asUtf8)))),
        path(
            segment("stale").slash(segment()),
            client ->
                get(() -> answer(tally.readStale(Bytes.utf8(client)).thenApply(Bytes::asUtf8)))),
        path("self", () -> get(() -> complete(mesh.self().value()))),
        path("leader", () -> get(() -> complete(tally.leader().map(PeerId::value).orElse("")))),
        path("voters", () -> get(() -> complete(voters()))),
        path("leave", () -> post(this::leave)));
  }

  private static Route answer(CompletionStage<String> text) {
    return onSuccess(text, answer -> complete(answer));
  }

  private CompletionStage<String> propose(String command) {
    return tally.propose(Bytes.utf8(command)).handle((done, failure) -> outcome(failure));
  }

  private static String outcome(Throwable failure) {
    if (failure == null) {
      return "done";
    }
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    boolean known =
        cause instanceof ReplicatedLogException refused
            && refused.reason() != ReplicatedLogException.Reason.OUTCOME_UNKNOWN;
    return known ? "refused" : "unknown";
  }

  private String voters() {
    return Optional.ofNullable(mesh.state().groups().get(tally.group())).stream()
        .flatMap(status -> status.members().voters().stream())
        .map(PeerId::value)
        .collect(Collectors.joining(" "));
  }

  private Route leave() {
    mesh.leave()
        .thenAccept(
            refusal -> {
              refusal.ifPresent(why -> mesh.system().log().error("Cannot leave: {}", why));
              mesh.system().terminate();
            });
    return complete("leaving");
  }
}
