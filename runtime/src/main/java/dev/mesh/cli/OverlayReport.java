package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.protocols.membership.simulation.OverlayFigures;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** How a simulated overlay held together. */
record OverlayReport(OverlayFigures figures) {
  private static final double PERCENT = 100;

  List<String> lines() {
    return List.of(
        format(
            "Overlay: %d to %d neighbours, %d peers whose loss would split it; sent by a peer in a"
                + " round: %.1f messages, %.0f bytes",
            figures.fewestNeighbours(),
            figures.mostNeighbours(),
            figures.cutPoints(),
            figures.messages(),
            figures.bytes()),
        format(
            "A third fails at once: %.1f%% of the others still connected; all after %s rounds,"
                + " ring, degrees and zones right after %s",
            PERCENT * figures.largestWhenStruck(),
            rounds(figures.wholeAfter()),
            rounds(figures.rightAfter())),
        format(
            "While %d%% of the peers are replaced in each round: %.2f%% connected at the least,"
                + " those aside that joined less than ten rounds before",
            OverlayFigures.CHURN_PERCENT, PERCENT * figures.connectedUnderChurn()));
  }

  void addTo(ObjectNode json) {
    ObjectNode overlay = json.putObject("overlay");
    overlay.put("messagesPerPeerAndRound", figures.messages());
    overlay.put("bytesPerPeerAndRound", figures.bytes());
    overlay.put("cutPoints", figures.cutPoints());
    overlay.put("fewestNeighbours", figures.fewestNeighbours());
    overlay.put("mostNeighbours", figures.mostNeighbours());
    overlay.put("connectedWhenAThirdFails", figures.largestWhenStruck());
    figures.wholeAfter().ifPresent(rounds -> overlay.put("allConnectedAfterRounds", rounds));
    figures.rightAfter().ifPresent(rounds -> overlay.put("rightAfterRounds", rounds));
    overlay.put("connectedUnderChurn", figures.connectedUnderChurn());
  }

  private static String rounds(OptionalInt rounds) {
    return rounds.isPresent() ? Integer.toString(rounds.getAsInt()) : "(not in the time given)";
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
