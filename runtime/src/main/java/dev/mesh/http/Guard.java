package dev.mesh.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.ExceptionHandler;
import org.apache.pekko.http.javadsl.server.RejectionHandler;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Decides who may call, and gives every refusal the JSON form. With a token set, each request must
 * carry it as a bearer token. Without one the server is on a loopback address, and a request must
 * name such an address as its host, so that no web page can reach it under a name of its own.
 */
final class Guard extends AllDirectives {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
  private static final String BEARER = "Bearer ";

  private final HttpSettings settings;

  Guard(HttpSettings settings) {
    this.settings = settings;
  }

  /** {@code inner} for those who may call. */
  Route around(Route inner) {
    return extractRequest(
            request -> refusal(request).map(problem -> complete(refused(problem))).orElse(inner))
        .seal(rejections(), failures());
  }

  private Optional<Problem> refusal(HttpRequest request) {
    if (settings.token().isPresent()) {
      String sent = request.getHeader("Authorization").map(HttpHeader::value).orElse("");
      String wanted = BEARER + settings.token().get();
      return MessageDigest.isEqual(sent.getBytes(UTF_8), wanted.getBytes(UTF_8))
          ? Optional.empty()
          : Optional.of(
              new Problem(
                  401,
                  "unauthorized",
                  "this peer wants its token; send the header Authorization: Bearer TOKEN"
                      + " (the command line takes it from MESH_TOKEN)"));
    }
    String host = request.getUri().getHost().address();
    return !settings.loopback() || LOCAL.contains(host) || host.equals(settings.host())
        ? Optional.empty()
        : Optional.of(
            new Problem(
                403,
                "forbidden",
                "the host '" + host + "' is not this machine; use 127.0.0.1 or set a token"));
  }

  private static HttpResponse refused(Problem problem) {
    HttpResponse response = Answers.problem(problem);
    return problem.status() == 401
        ? response.addHeader(RawHeader.create("WWW-Authenticate", "Bearer"))
        : response;
  }

  private static RejectionHandler rejections() {
    return RejectionHandler.defaultHandler()
        .mapRejectionResponse(
            response -> {
              int status = response.status().intValue();
              return Answers.problem(new Problem(status, code(status), advice(status)))
                  .addHeaders(response.getHeaders());
            });
  }

  private static String code(int status) {
    return switch (status) {
      case 404 -> "not-found";
      case 405 -> "method-not-allowed";
      default -> "invalid";
    };
  }

  private static String advice(int status) {
    return switch (status) {
      case 404 ->
          "there is nothing here; the routes are /v1/health, /v1/peers, /v1/tasks and"
              + " /v1/memory";
      case 405 -> "this route has no such method; the header Allow names those it has";
      default -> "the request is not understood";
    };
  }

  private ExceptionHandler failures() {
    return ExceptionHandler.newBuilder()
        .matchAny(failure -> complete(Answers.problem(Problem.of(failure))))
        .build();
  }
}
