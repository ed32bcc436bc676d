package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.Mesh;
import dev.mesh.multijvm.testkit.MeshNodeSpec;
import dev.mesh.multijvm.testkit.MultiNodeRun;
import dev.mesh.peer.PeerState;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.task.Task;
import dev.mesh.task.TaskResult;
import dev.mesh.task.TaskStatus;
import dev.mesh.task.TaskView;
import dev.mesh.task.TasksException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mesh embedded in three actor systems, whose links are cut and mended. */
class MeshFormsIT {
  private static final List<String> ROLES = List.of("a", "b", "c");
  private static final Duration RUN = Duration.ofMinutes(4);

  @Test
  void theMajorityGoesOnAndTheMinorityComesBack(@TempDir Path folder) {
    MultiNodeRun.run(Peer.class, ROLES, folder, RUN);
  }

  /** One peer. "c" is the one that is cut off. */
  static final class Peer extends MeshNodeSpec {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KIND = "shout";
    private static final int TASKS = 60;

    /** Open once this peer has begun a task; until all have, no handler ends. */
    private final CountDownLatch working = new CountDownLatch(1);

    private final CompletableFuture<Void> released = new CompletableFuture<>();

    private Mesh mesh;

    private Peer(Path data) {
      super(new Roles(ROLES, config(data)));
    }

    public static void main(String[] args) {
      main(() -> new Peer(Path.of(args[0])));
    }

    private static Config config(Path data) {
      return ConfigFactory.parseString(
          """
          mesh {
            expect = 3
            manage-cluster = on
            data-dir = "%s"
            # Few, so that no peer takes all.
            work { slots = 2, queue = 4 }
          }
          pekko {
            loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
            loglevel = INFO
            actor.provider = cluster
            remote.artery.transport = tcp
            remote.artery.advanced.maximum-frame-size = 1 MiB
            # The multi-node testkit exists in an older version alone.
            fail-mixed-versions = off
            cluster.downing-provider-class = "dev.mesh.peer.MeshDowningProvider"
            cluster.run-coordinated-shutdown-when-down = off
            cluster.down-removal-margin = 1s
          }
          """
              .formatted(data));
    }

    @Override
    protected void test() throws Exception {
      enterMesh();
      barrier("formed");
      workAllAtOnce();
      barrier("worked");
      if (is("a")) {
        isolate("c");
      }
      barrier("isolated");
      if (is("c")) {
        beMinority();
      } else {
        beMajority();
      }
      barrier("parted");
      if (is("a")) {
        heal("c");
      }
      // No barrier here: "c" leaves the test conductor for a moment.
      if (is("c")) {
        get(mesh.mustBeReplaced());
        replaceSystem();
        enterMesh();
        seeAll();
      }
      await().atMost(PATIENCE).until(() -> members() == 3);
      barrier("healed");
      if (is("c")) {
        runTasks("after");
      }
      barrier("done");
    }

    private void enterMesh() throws Exception {
      mesh = get(Mesh.get(typedSystem()).ready());
      mesh.tasks()
          .handle(
              KIND,
              task -> {
                working.countDown();
                Bytes answer = Bytes.utf8(Bytes.wrap(task.payload()).asUtf8() + "!");
                return released.thenApply(go -> answer.toArray());
              });
      awaitMode(PeerState.Mode.NORMAL);
      await().atMost(PATIENCE).until(() -> members() == 3);
    }

    /** No task ends before each peer has begun one. */
    private void workAllAtOnce() throws Exception {
      List<CompletableFuture<TaskResult>> submitted = is("a") ? submit("before") : List.of();
      assertTrue(working.await(PATIENCE.toSeconds(), TimeUnit.SECONDS), "no task came here");
      barrier("working");
      released.complete(null);
      Set<PeerId> workers =
          results(submitted).stream()
              .flatMap(done -> done.peer().stream())
              .collect(Collectors.toSet());
      assertEquals(is("a") ? 3 : 0, workers.size());
    }

    private void beMajority() throws Exception {
      await().atMost(PATIENCE).until(() -> members() == 2);
      if (is("a")) {
        runTasks("meanwhile");
      }
    }

    /**
     * The conductor cuts remoting, not the replicas' own streams: it is the judgement that stops
     * writes here. What was known can be read, and is marked.
     */
    private void beMinority() throws Exception {
      awaitMode(PeerState.Mode.READ_ONLY);
      TasksException refused = refusal("minority");
      assertEquals(TasksException.Code.READ_ONLY, refused.code());
      assertTrue(refused.outcomeKnown());
      TaskView known = get(mesh.tasks().get("before-0"));
      assertTrue(known.stale());
      assertEquals(TaskStatus.COMPLETED, known.status());
    }

    private TasksException refusal(String id) {
      ExecutionException refused =
          assertThrows(ExecutionException.class, () -> get(mesh.tasks().enqueue(task(id, 0))));
      return (TasksException) refused.getCause();
    }

    /** What completed while this peer was away is read through it, and is not stale. */
    private void seeAll() throws Exception {
      for (int i = 0; i < TASKS; i++) {
        TaskView view = get(mesh.tasks().get("meanwhile-" + i));
        assertEquals(TaskStatus.COMPLETED, view.status());
        assertFalse(view.stale());
      }
    }

    private void runTasks(String prefix) throws Exception {
      assertEquals(prefix + "!", results(submit(prefix)).get(0).value().asUtf8());
    }

    private List<CompletableFuture<TaskResult>> submit(String prefix) {
      return IntStream.range(0, TASKS)
          .mapToObj(i -> mesh.tasks().submit(task(prefix, i)).toCompletableFuture())
          .toList();
    }

    private static List<TaskResult> results(List<CompletableFuture<TaskResult>> submitted)
        throws Exception {
      get(CompletableFuture.allOf(submitted.toArray(CompletableFuture<?>[]::new)));
      return submitted.stream().map(CompletableFuture::join).toList();
    }

    private static Task task(String prefix, int number) {
      return Task.of(KIND).id(prefix + "-" + number).payload(prefix).build();
    }

    private void awaitMode(PeerState.Mode mode) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertEquals(mode, mesh.state().condition().mode()));
    }

    private long members() {
      return StreamSupport.stream(
              Cluster.get(typedSystem()).state().getMembers().spliterator(), false)
          .filter(member -> member.status().equals(MemberStatus.up()))
          .count();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
      return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }
}
