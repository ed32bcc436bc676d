package dev.mesh.peer;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.Test;

class PeerRefsTest {
  private static final String CHILD = "child";
  private static final Duration SHORT = Duration.ofMillis(200);

  @Test
  void anActorOfThisPeerThatIsMadeAnewIsFoundAgain() {
    ActorTestKit kit =
        ActorTestKit.create(
            ConfigFactory.parseString(
                    """
                    pekko.actor.provider = cluster
                    pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                    """)
                .withFallback(ConfigFactory.load()));
    try {
      TestProbe<String> probe = kit.createTestProbe(String.class);
      kit.system().systemActorOf(parent(probe.ref()), PeerRefs.GUARDIAN, Props.empty());
      PeerRefs refs = new PeerRefs(kit.system());
      String here = Members.hostPort(Cluster.get(kit.system()).selfMember().address());
      for (String life : new String[] {"first", "second"}) {
        probe.awaitAssert(
            () -> {
              refs.<String>atAddress(here, CHILD).tell(life);
              return probe.expectMessage(SHORT, life);
            });
      }
    } finally {
      kit.shutdownTestKit();
    }
  }

  /** Its child ends with each message and is made anew. */
  private static Behavior<Void> parent(ActorRef<String> told) {
    return Behaviors.setup(
        context -> {
          spawn(context, told);
          return Behaviors.receive(Void.class)
              .onSignal(
                  Terminated.class,
                  ended -> {
                    spawn(context, told);
                    return Behaviors.same();
                  })
              .build();
        });
  }

  private static void spawn(ActorContext<Void> context, ActorRef<String> told) {
    context.watch(
        context.spawn(
            Behaviors.<String>receiveMessage(
                text -> {
                  told.tell(text);
                  return Behaviors.stopped();
                }),
            CHILD));
  }
}
