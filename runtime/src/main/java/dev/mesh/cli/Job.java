package dev.mesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * Many tasks from their submission to their ends. Tasks are submitted some at a time under ids that
 * the client chose, so that a submission whose outcome is unknown is simply repeated; at most
 * {@value #OPEN} are open at once, and the next wait until one has ended. What the mesh cannot take
 * at the moment is offered again until the client's patience is over.
 */
final class Job {
  /** Called from several threads. */
  interface Listener {
    /** The task is on disk at a majority. */
    void accepted(String id);

    /** The task was refused for good; it will not run. */
    void refused(String id, JsonNode error);

    /** The accepted task has ended. */
    void ended(JsonNode task);

    /** The mesh does not know the accepted task any more. */
    void lost(String id, String reason);
  }

  static final int OPEN = 1_000;

  private static final int BATCH = 200;
  private static final int BATCH_SIZE = 256 * 1024;
  private static final int FOLLOWERS = 8;
  private static final Duration LOOK = Duration.ofMillis(250);

  /** Tasks in one question, and the length of their ids, which travel in the address. */
  private static final int LOOKS = 50;

  private static final int LOOK_LENGTH = 1_500;
  private static final long PAUSE_MILLIS = 100;
  private static final Set<String> LATER =
      Set.of("too-much", "read-only", "unavailable", "starting", "internal");

  private final MeshClient client;
  private final Duration patience;
  private final Listener listener;
  private final Semaphore places = new Semaphore(OPEN);
  private final LinkedBlockingQueue<String> open = new LinkedBlockingQueue<>();
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

  /**
   * @param client goes on trying for {@code patience} itself
   */
  Job(MeshClient client, Duration patience, Listener listener) {
    this.client = client;
    this.patience = patience;
    this.listener = listener;
  }

  /**
   * Returns once every task has ended, was refused or is lost.
   *
   * @param tasks each with an {@code id}
   * @throws CliException if the mesh could not be asked any more
   */
  void run(Iterator<ObjectNode> tasks) {
    ExecutorService followers = Executors.newFixedThreadPool(FOLLOWERS, Job::daemon);
    try {
      for (int i = 0; i < FOLLOWERS; i++) {
        followers.execute(this::follow);
      }
      while (tasks.hasNext()) {
        submit(batch(tasks));
      }
      takePlaces(OPEN);
    } finally {
      followers.shutdownNow();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "mesh-job");
    thread.setDaemon(true);
    return thread;
  }

  private List<ObjectNode> batch(Iterator<ObjectNode> tasks) {
    List<ObjectNode> batch = new ArrayList<>();
    int size = 0;
    while (tasks.hasNext() && batch.size() < BATCH && size < BATCH_SIZE) {
      ObjectNode task = tasks.next();
      batch.add(task);
      size += task.toString().length();
    }
    takePlaces(batch.size());
    return batch;
  }

  /** Waits until so many more tasks may be open, or fails as a follower has failed. */
  private void takePlaces(int count) {
    try {
      boolean taken;
      do {
        taken = places.tryAcquire(count, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        if (failure.get() != null) {
          throw failure.get();
        }
      } while (!taken);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private void submit(List<ObjectNode> batch) {
    long start = System.nanoTime();
    List<ObjectNode> left = batch;
    while (!left.isEmpty()) {
      List<JsonNode> answers = client.postLines("/v1/tasks", left);
      boolean patient = System.nanoTime() - start < patience.toNanos();
      List<ObjectNode> again = new ArrayList<>();
      for (int i = 0; i < answers.size(); i++) {
        if (patient && LATER.contains(answers.get(i).path("error").asText())) {
          again.add(left.get(i));
        } else {
          answered(left.get(i).path("id").asText(), answers.get(i));
        }
      }
      left = again;
      if (!left.isEmpty()) {
        pause();
      }
    }
  }

  private void answered(String id, JsonNode answer) {
    if (answer.has("error")) {
      listener.refused(id, answer);
      places.release();
    } else {
      listener.accepted(id);
      open.add(id);
    }
  }

  private void follow() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        look(someOpen());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  /** One open task, and as many of the next as fit into one question. */
  private List<String> someOpen() throws InterruptedException {
    List<String> ids = new ArrayList<>();
    int length = 0;
    for (String id = open.take(); id != null; id = ids.size() < LOOKS ? open.poll() : null) {
      length += Ids.inPath(id).length() + 1;
      if (!ids.isEmpty() && length > LOOK_LENGTH) {
        open.add(id);
        break;
      }
      ids.add(id);
    }
    return ids;
  }

  private void look(List<String> ids) {
    String names = ids.stream().map(Ids::inPath).collect(Collectors.joining(","));
    for (JsonNode task : client.get("/v1/tasks?ids=" + names + "&wait=" + LOOK, LOOK)) {
      String id = task.path("id").asText();
      if (!task.has("status")) {
        listener.lost(id, task.path("message").asText());
        places.release();
      } else if (TaskText.ended(task)) {
        listener.ended(task);
        places.release();
      } else {
        open.add(id);
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static CliException interrupted() {
    Thread.currentThread().interrupt();
    return new CliException(ExitCode.FAILED, "interrupted");
  }
}
