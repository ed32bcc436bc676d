package dev.mesh.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Metrics as JSON, and in the text format of Prometheus (version 0.0.4). */
final class MetricText {
  private static final ContentType PROMETHEUS =
      ContentTypes.parse("text/plain; version=0.0.4; charset=UTF-8");

  private MetricText() {}

  static HttpResponse json(List<Metric> metrics) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Metric metric : metrics) {
      json.withObjectProperty(metric.area()).put(metric.name(), metric.value());
    }
    return Answers.json(200, json);
  }

  static HttpResponse prometheus(List<Metric> metrics) {
    StringBuilder text = new StringBuilder();
    for (Metric metric : metrics) {
      String type = metric.type().name().toLowerCase(Locale.ROOT);
      text.append("# HELP %s %s\n".formatted(metric.exported(), metric.help()))
          .append("# TYPE %s %s\n".formatted(metric.exported(), type))
          .append(metric.exported() + " " + metric.value() * metric.scale() + "\n");
    }
    return HttpResponse.create()
        .withEntity(HttpEntities.create(PROMETHEUS, text.toString().getBytes(UTF_8)));
  }
}
