package dev.mesh.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.http.ConsensusApi;
import dev.mesh.http.MeshApi;
import dev.mesh.http.Problem;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.protocols.GroupId;
import dev.mesh.task.Task;
import dev.mesh.task.TaskResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshNodeTest {
  @TempDir Path folder;

  private final List<MeshNode> nodes = new ArrayList<>();

  @AfterEach
  void stop() {
    nodes.forEach(MeshNode::close);
  }

  @Test
  void onePeerFoundsAMeshOfItsOwnAndComesBackAsTheSamePeer() throws IOException {
    int port = freePort();
    MeshNode first = start("solo", port, List.of(), 1);
    awaitOk(first);
    String self = health(first).peer();
    assertTrue(self.startsWith("solo-"), self);
    first.close();
    MeshNode second = start("solo", port, List.of(), 1);
    awaitOk(second);
    assertEquals(self, health(second).peer());
  }

  @Test
  void threePeersFoundOneMeshAndAgreeOnALeader() throws IOException {
    List<Integer> ports = List.of(freePort(), freePort(), freePort());
    List<String> seeds = ports.stream().map(port -> "127.0.0.1:" + port).toList();
    for (int i = 0; i < 3; i++) {
      start("p" + i, ports.get(i), seeds, 3);
    }
    nodes.forEach(MeshNodeTest::awaitOk);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> nodes.stream().map(node -> health(node).leader()).distinct().count() == 1);
    for (MeshNode node : nodes) {
      long index =
          ReplicatedLogs.get(node.mesh().orElseThrow().system())
              .log()
              .readIndex(GroupId.META)
              .toCompletableFuture()
              .join();
      assertTrue(index >= 1);
    }
    for (MeshNode node : nodes) {
      TaskResult result =
          node.mesh()
              .orElseThrow()
              .tasks()
              .submit(Task.of("echo").payload("hello".getBytes(UTF_8)).build())
              .toCompletableFuture()
              .orTimeout(30, TimeUnit.SECONDS)
              .join();
      assertEquals("hello", result.value().asUtf8());
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> nodes.stream().allMatch(node -> new NodeApi(node).peers().size() == 3));
    anyPeerShowsAndChangesEveryGroup(new NodeApi(nodes.get(2)).consensus().orElseThrow());
  }

  private static void anyPeerShowsAndChangesEveryGroup(ConsensusApi consensus) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                groups(consensus).stream()
                    .allMatch(
                        group ->
                            group.leader().isPresent()
                                && group.lag().orElse(1) == 0
                                && group.members().stream()
                                    .allMatch(ConsensusApi.Member::reachable)));
    ConsensusApi.Group group = groups(consensus).get(1);
    String follower =
        group.members().stream()
            .map(ConsensusApi.Member::id)
            .filter(member -> !member.equals(group.leader().orElseThrow()))
            .findFirst()
            .orElseThrow();
    ConsensusApi.Change change =
        consensus.transfer(group.id(), follower).toCompletableFuture().join();
    assertEquals("leader", change.outcome());
    CompletionException refusal =
        assertThrows(
            CompletionException.class,
            () -> consensus.remove("nonsense", follower).toCompletableFuture().join());
    assertEquals(404, ((Problem) refusal.getCause()).status());
  }

  private static List<ConsensusApi.Group> groups(ConsensusApi consensus) {
    return consensus.groups().toCompletableFuture().join();
  }

  @Test
  void aPortInUseIsNamedWithTheRemedy() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      NodeException refusal =
          assertThrows(
              NodeException.class, () -> start("solo", taken.getLocalPort(), List.of(), 1));
      assertTrue(refusal.getMessage().contains(":" + taken.getLocalPort()), refusal.getMessage());
      assertTrue(refusal.getMessage().contains("--port"), refusal.getMessage());
    }
  }

  @Test
  void aBadSeedIsNamed() throws IOException {
    NodeException refusal =
        assertThrows(
            NodeException.class,
            () -> MeshNode.start(config("solo", freePort(), List.of("nonsense"), 1)));
    assertTrue(refusal.getMessage().contains("nonsense"), refusal.getMessage());
  }

  @Test
  void aPeerThatLosesAPartThatItNeedsEndsAndSaysWhy() throws IOException {
    MeshNode node =
        MeshNode.start(
            ConfigFactory.parseMap(Map.of("mesh.work.execution-log", folder.toString()))
                .withFallback(config("solo", freePort(), List.of(), 1)));
    nodes.add(node);
    var ended = node.ended().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS);
    var failure = assertThrows(CompletionException.class, ended::join);
    assertTrue(failure.getMessage().contains("mesh.work.execution-log"), failure.getMessage());
  }

  private MeshNode start(String name, int port, List<String> seeds, int expect) {
    MeshNode node = MeshNode.start(config(name, port, seeds, expect));
    nodes.add(node);
    return node;
  }

  private Config config(String name, int port, List<String> seeds, int expect) {
    return MeshNode.configuration(
        ConfigFactory.parseMap(
            Map.of(
                "mesh.peer-name", name,
                "mesh.data-dir", folder.resolve(name).toString(),
                "mesh.seeds", seeds,
                "mesh.expect", expect,
                "mesh.http.port", 0,
                "pekko.remote.artery.canonical.port", port)));
  }

  private static void awaitOk(MeshNode node) {
    await().atMost(Duration.ofSeconds(30)).until(() -> health(node).state() == MeshApi.State.OK);
  }

  private static MeshApi.Health health(MeshNode node) {
    return new NodeApi(node).health();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
