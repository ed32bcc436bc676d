package dev.mesh.replication.link;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * One thread that waits for sockets and runs tasks in turn, as an executor. What runs on it must
 * not wait for anything but this peer's own disk.
 */
public final class EventLoop extends AbstractExecutorService {
  /** The dispatcher whose actors run on a loop. */
  public static final String DISPATCHER = "mesh.replication.loop";

  private static final ThreadLocal<EventLoop> CURRENT = new ThreadLocal<>();

  /** How long sockets may take to close. */
  private static final long CLOSE_SECONDS = 2;

  private final EventLoopGroup group;

  EventLoop(String threadName) {
    group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory(threadName, true, Thread.MAX_PRIORITY),
            NioIoHandler.newFactory());
    group.execute(() -> CURRENT.set(this));
  }

  /**
   * The loop of an actor system's replicas, which begins with the first call.
   *
   * <p>Fails with {@link IllegalStateException} if {@value #DISPATCHER} is configured to be another
   * kind of executor.
   */
  public static CompletableFuture<EventLoop> of(ActorSystem<?> system) {
    Executor dispatcher = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER));
    return CompletableFuture.supplyAsync(
        () ->
            Optional.ofNullable(CURRENT.get())
                .orElseThrow(
                    () ->
                        new IllegalStateException(
                            DISPATCHER
                                + " does not run on an event loop: leave its executor as it is")),
        dispatcher);
  }

  /** The loop as Netty's channels want it. */
  public EventLoopGroup group() {
    return group;
  }

  @Override
  public void execute(Runnable task) {
    group.execute(task);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // awaitTermination tells its end
  public void shutdown() {
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /** Tasks that wait are run; none is handed back. */
  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return group.isShuttingDown();
  }

  @Override
  public boolean isTerminated() {
    return group.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return group.awaitTermination(timeout, unit);
  }
}
