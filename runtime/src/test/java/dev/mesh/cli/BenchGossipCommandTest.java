package dev.mesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchGossipCommandTest {
  private final StringWriter out = new StringWriter();

  @Test
  void figuresAreThoseOfTheSeedAndKeepThePromises() throws IOException {
    String first = bench("--peers", "200", "--loss", "5", "--json");
    String again = bench("--peers", "200", "--loss", "5", "--json");
    assertEquals(first, again);
    JsonNode json = Console.MAPPER.readTree(first);
    assertTrue(json.path("simulated").asBoolean());
    assertTrue(json.path("rounds").asInt() <= 1.5 * json.path("boundRounds").asDouble());
    JsonNode sent = json.path("sentByPeerAndRound");
    double quiet = sent.path("quiet").path("bytes").asDouble();
    assertTrue(quiet > 0 && quiet < sent.path("spreading").path("bytes").asDouble(), first);
    JsonNode means = json.path("aggregate").path("meanErrorByRound");
    assertTrue(means.get(means.size() - 1).asDouble() < 0.01, first);
    JsonNode counts = json.path("aggregate").path("countErrorByRound");
    assertTrue(counts.get(0).isNull(), "unknown is null: " + counts);
    JsonNode detection = json.path("detection");
    assertTrue(detection.path("confirmedSeconds").path("longest").asDouble() <= 16, first);
    assertEquals(0, detection.path("notKnownToAll").asInt(), first);
    assertEquals(0, detection.path("falseFailuresPerPeerHour").asDouble(), first);
    assertTrue(detection.path("bytesPerPeerAndSecond").asDouble() > 0, first);
    JsonNode overlay = json.path("overlay");
    assertTrue(overlay.path("connectedWhenAThirdFails").asDouble() > 0.9, first);
    assertTrue(overlay.path("bytesPerPeerAndRound").asDouble() > 0, first);
  }

  @Test
  void aPersonReadsATable() {
    String text = bench("--peers", "50");
    assertTrue(text.startsWith("Simulated: 50 peers, 0% of messages lost"), text);
    assertTrue(text.contains("while updates spread"), text);
    assertTrue(text.contains("a quorum has confirmed it"), text);
  }

  @ParameterizedTest
  @CsvSource({"--peers, 1", "--peers, 20001", "--loss, 91", "--loss, -1", "--slow, 101"})
  void whatIsOutOfBoundsIsWrongUsage(String option, String value) {
    assertEquals(ExitCode.WRONG_USAGE, execute("bench", "gossip", option, value));
  }

  private String bench(String... options) {
    String[] all = new String[options.length + 2];
    all[0] = "bench";
    all[1] = "gossip";
    System.arraycopy(options, 0, all, 2, options.length);
    out.getBuffer().setLength(0);
    assertEquals(ExitCode.DONE, execute(all));
    return out.toString();
  }

  private int execute(String... arguments) {
    return Main.execute(new PrintWriter(out, true), new PrintWriter(out, true), arguments);
  }
}
