package dev.mesh.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Responses: JSON, and problems as JSON. */
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  /** What {@code call} gives, now or later, or the problem that it ends in. Never fails. */
  static CompletionStage<HttpResponse> of(Supplier<CompletionStage<HttpResponse>> call) {
    CompletionStage<HttpResponse> response;
    try {
      response = call.get();
    } catch (RuntimeException e) {
      response = CompletableFuture.failedFuture(e);
    }
    return response.exceptionally(failure -> problem(Problem.of(known(failure))));
  }

  static HttpResponse json(int status, JsonNode json) {
    return HttpResponse.create()
        .withStatus(StatusCodes.get(status))
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, TaskJson.bytes(json)));
  }

  static HttpResponse problem(Problem problem) {
    if (problem.status() == StatusCodes.INTERNAL_SERVER_ERROR.intValue()) {
      LOG.error("A request failed", problem);
    }
    HttpResponse response = json(problem.status(), TaskJson.write(problem));
    return problem
        .retryAfterSeconds()
        .map(seconds -> response.addHeader(RawHeader.create("Retry-After", seconds.toString())))
        .orElse(response);
  }

  private static Throwable known(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause instanceof EntityStreamSizeException || cause instanceof EntityStreamException
        ? new Problem(413, "too-large", "the body is over mesh.http.max-body; send less at once")
        : failure;
  }
}
