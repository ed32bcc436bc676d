package dev.mesh.replication.link;

import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;

/** Has a Pekko dispatcher run its actors on an {@link EventLoop} of its own. */
public final class EventLoopConfigurator extends ExecutorServiceConfigurator {

  public EventLoopConfigurator(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
  }

  /** Pekko's thread factory is not used: Netty keeps its buffers in threads of its own. */
  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory factory) {
    return () -> new EventLoop(id);
  }
}
