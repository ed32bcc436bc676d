package dev.mesh.multijvm.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * The launcher's side of a multi-node test: a JVM for each role runs a main class that makes a
 * {@link MeshNodeSpec}. The first role's JVM is the controller of barriers and faults.
 */
public final class MultiNodeRun {
  private static final String HOST = "127.0.0.1";

  private MultiNodeRun() {}

  /**
   * Runs {@code main} once for each role and returns when all have ended well.
   *
   * @param main a member of the test's class, with a main method
   * @param folder goes to each as its only argument, with the role's name below it
   * @throws AssertionError with the tails of the logs, if one fails or {@code bound} passes
   */
  public static void run(Class<?> main, List<String> roles, Path folder, Duration bound) {
    int controllerPort = Ports.free();
    List<Integer> ports = roles.stream().map(role -> Ports.free()).toList();
    List<ChildJvm> nodes = new ArrayList<>();
    try {
      for (int index = 0; index < roles.size(); index++) {
        String role = roles.get(index);
        nodes.add(
            ChildJvm.start(
                role,
                PeerLogs.of(main.getEnclosingClass().getSimpleName(), role),
                List.of(),
                ChildJvm.testClassPath(),
                options(index, controllerPort, ports),
                main.getName(),
                List.of(folder.resolve(role).toString())));
      }
      awaitAll(nodes, bound);
    } finally {
      nodes.forEach(ChildJvm::close);
    }
  }

  /** System properties are part of an actor system's configuration: so the roles know the seeds. */
  private static List<String> options(int index, int controllerPort, List<Integer> ports) {
    List<String> options = new ArrayList<>();
    options.add("-Dmultinode.max-nodes=" + ports.size());
    options.add("-Dmultinode.host=" + HOST);
    options.add("-Dmultinode.server-host=" + HOST);
    options.add("-Dmultinode.server-port=" + controllerPort);
    options.add("-Dmultinode.index=" + index);
    options.add("-Dmultinode.port=" + ports.get(index));
    for (int seed = 0; seed < ports.size(); seed++) {
      options.add("-Dmesh.seeds." + seed + "=" + HOST + ":" + ports.get(seed));
    }
    return options;
  }

  /** One that fails leaves the others waiting at a barrier, so the first failure ends the run. */
  private static void awaitAll(List<ChildJvm> nodes, Duration bound) {
    CompletableFuture<Void> failed = new CompletableFuture<>();
    CompletableFuture<?>[] ends =
        nodes.stream()
            .map(node -> node.exited().thenAccept(code -> failUnlessZero(node, code, failed)))
            .toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.anyOf(CompletableFuture.allOf(ends), failed)
          .get(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw failure("not done within " + bound, nodes, e);
    } catch (ExecutionException e) {
      throw failure(e.getCause().getMessage(), nodes, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted", nodes, e);
    }
    // Both may have completed at once.
    if (failed.isCompletedExceptionally()) {
      throw failure("a role failed", nodes, null);
    }
  }

  private static void failUnlessZero(ChildJvm node, int code, CompletableFuture<Void> failed) {
    if (code != 0) {
      failed.completeExceptionally(
          new AssertionError("role " + node.name() + " ended with exit code " + code));
    }
  }

  private static AssertionError failure(String what, List<ChildJvm> nodes, Throwable cause) {
    String tails = nodes.stream().map(ChildJvm::logTail).collect(Collectors.joining("\n"));
    return new AssertionError(what + "\n" + tails, cause);
  }
}
