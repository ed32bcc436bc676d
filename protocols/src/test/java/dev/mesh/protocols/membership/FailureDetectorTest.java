package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FailureDetector.Effect;
import dev.mesh.protocols.membership.FailureDetector.Health;
import dev.mesh.protocols.membership.FailureDetector.Input;
import dev.mesh.protocols.membership.FailureDetector.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FailureDetectorTest {
  private static final FailureDetector.Settings SETTINGS =
      new FailureDetector.Settings(1_000, 3_000);

  /** Detectors whose messages arrive at once, unless one of the two is silenced. */
  private static final class Net {
    final Map<PeerId, FailureDetector> peers = new TreeMap<>();
    final Set<PeerId> silenced = new TreeSet<>();
    final Map<PeerId, List<Effect>> declared = new TreeMap<>();
    private final Deque<Effect.Send> underWay = new ArrayDeque<>();
    long now;

    Net(int count) {
      for (int i = 0; i < count; i++) {
        start(peer(i), 1);
      }
      for (PeerId each : peers.keySet()) {
        for (PeerId other : peers.keySet()) {
          take(each, new Input.PeerKnown(now, other, 1));
        }
      }
      declared.clear();
    }

    void start(PeerId id, long incarnation) {
      peers.put(id, new FailureDetector(id, incarnation, SETTINGS));
    }

    void run(int ticks) {
      for (int i = 0; i < ticks; i++) {
        now += 1_000;
        for (PeerId each : peers.keySet()) {
          take(each, new Input.Tick(now));
        }
        while (!underWay.isEmpty()) {
          Effect.Send send = underWay.poll();
          boolean lost = silenced.contains(send.to()) || silenced.contains(send.message().from());
          if (!lost && peers.containsKey(send.to())) {
            take(send.to(), new Input.Received(now, send.message()));
          }
        }
      }
    }

    List<Effect> declaredBy(int index) {
      return declared.getOrDefault(peer(index), List.of());
    }

    private void take(PeerId at, Input input) {
      for (Effect effect : peers.get(at).handle(input)) {
        if (effect instanceof Effect.Send send) {
          underWay.add(send);
        } else {
          declared.computeIfAbsent(at, p -> new ArrayList<>()).add(effect);
        }
      }
    }
  }

  @Test
  void nobodyIsSuspectedWhileAllAnswer() {
    Net net = new Net(5);
    net.run(20);
    assertEquals(Map.of(), net.declared);
  }

  @Test
  void aSilentPeerIsSuspectedAndThenDeclaredFailedByAll() {
    Net net = new Net(3);
    net.run(2);
    net.silenced.add(peer(2));
    net.run(6);
    for (int i = 0; i < 2; i++) {
      assertEquals(
          List.of(new Effect.PeerSuspected(peer(2), 1), new Effect.PeerFailed(peer(2), 1)),
          net.declaredBy(i));
    }
    assertEquals(Health.FAILED, net.peers.get(peer(0)).health().get(peer(2)));
  }

  @Test
  void whoIsCutOffSuspectsAllAndDeclaresNobody() {
    Net net = new Net(5);
    net.silenced.add(peer(0));
    net.run(20);
    assertTrue(net.declaredBy(0).stream().allMatch(Effect.PeerSuspected.class::isInstance));
    assertEquals(4, net.declaredBy(0).size());
  }

  @Test
  void manyFailuresOneAfterAnotherAreDeclaredAsLongAsAMajorityIsLeftEachTime() {
    Net net = new Net(5);
    for (int i = 4; i >= 3; i--) {
      net.silenced.add(peer(i));
      net.run(6);
    }
    assertEquals(2, net.declaredBy(0).stream().filter(Effect.PeerFailed.class::isInstance).count());
  }

  @Test
  void aDirectAnswerRefutes() {
    Net net = new Net(3);
    net.silenced.add(peer(2));
    net.run(6);
    net.declared.clear();
    net.silenced.clear();
    net.run(2);
    assertEquals(List.of(new Effect.PeerAlive(peer(2), 1)), net.declaredBy(0));
  }

  @Test
  void whoOthersStillHearIsOnlySuspected() {
    FailureDetector core = new FailureDetector(peer(0), 1, SETTINGS);
    core.handle(new Input.PeerKnown(0, peer(1), 1));
    core.handle(new Input.PeerKnown(0, peer(2), 1));
    for (long now = 1_000; now <= 10_000; now += 1_000) {
      List<Effect> effects = core.handle(new Input.Tick(now));
      core.handle(new Input.Received(now, new Message.Confirmation(peer(1), 1, peer(2), 1, false)));
      assertTrue(effects.stream().noneMatch(Effect.PeerFailed.class::isInstance));
    }
    assertEquals(Health.SUSPECT, core.health().get(peer(2)));
  }

  @Test
  void aLaterLifeEndsTheEarlierOne() {
    FailureDetector core = new FailureDetector(peer(0), 1, SETTINGS);
    core.handle(new Input.PeerKnown(0, peer(1), 5));
    assertEquals(
        List.of(new Effect.PeerFailed(peer(1), 5), new Effect.PeerAlive(peer(1), 6)),
        core.handle(new Input.PeerKnown(1, peer(1), 6)));
    assertEquals(
        List.of(),
        core.handle(new Input.Received(2, new Message.Ping(peer(1), 5))),
        "words of the earlier life");
  }

  @Test
  void aPeerThatWasAsleepItselfAccusesNobody() {
    Net net = new Net(3);
    net.run(3);
    net.now += 60_000; // all are frozen and wake together
    net.run(5);
    assertEquals(Map.of(), net.declared);
  }

  @Test
  void aPeerThatLeftIsNotMissed() {
    Net net = new Net(3);
    net.silenced.add(peer(2));
    net.peers.get(peer(0)).handle(new Input.PeerLeft(peer(2)));
    net.run(10);
    assertEquals(List.of(), net.declaredBy(0));
  }

  @Test
  void settingsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new FailureDetector.Settings(1_000, 1_000));
  }

  private static PeerId peer(int index) {
    return new PeerId("p" + index);
  }
}
