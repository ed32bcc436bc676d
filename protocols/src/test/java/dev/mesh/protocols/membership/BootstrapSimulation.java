package dev.mesh.protocols.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Bootstrap.Effect;
import dev.mesh.protocols.membership.Bootstrap.Input;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Peers that bootstrap on one thread and one seed: announcements are lost, delayed and overtaken,
 * disks are slow, peers crash with writes under way (which may or may not have reached the disk).
 * After every step no two founded sets overlap and no promise on a disk has changed.
 */
final class BootstrapSimulation {
  private static final long FRESH = 2_000;
  private static final long HELLO_EVERY = 200;

  private record Event(long at, long order, Runnable action) {}

  private final class Peer {
    final PeerId id;
    Bootstrap core;
    long epoch;
    Optional<FoundingSet> promiseOnDisk = Optional.empty();
    Optional<FoundedMesh> meshOnDisk = Optional.empty();
    Optional<FoundedMesh> belongsTo = Optional.empty();
    String stuck = "";

    Peer(PeerId id) {
      this.id = id;
    }

    void start() {
      core = new Bootstrap(id, expect, FRESH, promiseOnDisk, meshOnDisk);
      carryOut(core.start(now));
      tick(epoch);
    }

    void tick(long life) {
      if (life == epoch) {
        handle(new Input.Tick(now));
        broadcast(core.announcement());
        after(HELLO_EVERY, () -> tick(life));
      }
    }

    void handle(Input input) {
      carryOut(core.handle(input));
    }

    void crash() {
      epoch++;
      core = null;
    }

    private void carryOut(List<Effect> effects) {
      for (Effect effect : effects) {
        if (effect instanceof Effect.StorePromise store) {
          write(
              () -> promiseReachesDisk(store.promise()), new Input.PromiseStored(store.promise()));
        } else if (effect instanceof Effect.StoreMesh store) {
          write(() -> meshOnDisk = Optional.of(store.mesh()), new Input.MeshStored(store.mesh()));
        } else if (effect instanceof Effect.Founded founded) {
          belongsTo = Optional.of(founded.mesh());
          founded(founded.mesh());
        } else if (effect instanceof Effect.Announce announce) {
          broadcast(announce.announcement());
        } else if (effect instanceof Effect.Stuck text) {
          stuck = text.message();
        }
      }
    }

    private void write(Runnable toDisk, Input done) {
      long life = epoch;
      after(
          1 + random.nextInt(60),
          () -> {
            if (life == epoch) {
              toDisk.run();
              handle(done);
            } else if (core == null && random.nextBoolean()) {
              toDisk.run(); // it crashed after the write and before it knew
            }
          });
    }

    private void promiseReachesDisk(FoundingSet promise) {
      promiseOnDisk.ifPresent(before -> assertEquals(before, promise, "a second promise"));
      promiseOnDisk = Optional.of(promise);
    }

    private void broadcast(Announcement said) {
      assertEquals(promiseOnDisk, said.promise(), "a promise was said that is not on disk");
      for (Peer other : peers) {
        if (other != this && random.nextInt(100) >= lossPercent) {
          after(
              1 + random.nextInt(maxDelay),
              () -> {
                if (other.core != null) {
                  other.handle(new Input.AnnouncementReceived(now, said));
                }
              });
        }
      }
    }
  }

  private final Random random;
  private final int expect;
  private final List<Peer> peers = new ArrayList<>();
  private final List<FoundedMesh> meshes = new ArrayList<>();
  private final PriorityQueue<Event> queue =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private long now;
  private long order;
  private int lossPercent;
  private int maxDelay;

  BootstrapSimulation(long seed, int peerCount, int expect) {
    this.random = new Random(seed);
    this.expect = expect;
    for (int i = 0; i < peerCount; i++) {
      peers.add(new Peer(new PeerId("p" + i)));
    }
  }

  /** Starts everybody, in disorder, and goes through {@code millis} of faults. */
  void runWithFaults(long millis) {
    lossPercent = random.nextInt(50);
    maxDelay = 1 + random.nextInt(600);
    peers.forEach(peer -> after(random.nextInt(3_000), peer::start));
    int crashes = random.nextInt(8);
    for (int i = 0; i < crashes; i++) {
      after(random.nextInt((int) millis), this::crashSomebody);
    }
    runUntil(millis);
  }

  /** Everybody is up, nothing is lost any more. */
  void runCalmly(long millis) {
    lossPercent = 0;
    maxDelay = 20;
    runUntil(now + millis);
  }

  void assertAllBelongToOneMesh() {
    for (Peer peer : peers) {
      assertEquals("", peer.stuck);
      assertTrue(peer.belongsTo.isPresent(), () -> peer.id + " " + peer.core.status());
    }
    assertEquals(1, meshes.size());
    assertEquals(expect, meshes.get(0).founders().size());
  }

  private void crashSomebody() {
    Peer victim = peers.get(random.nextInt(peers.size()));
    if (victim.core != null) {
      victim.crash();
      after(100 + random.nextInt(4_000), victim::start);
    }
  }

  private void founded(FoundedMesh mesh) {
    for (FoundedMesh other : meshes) {
      if (!other.equals(mesh)) {
        assertFalse(other.founders().overlaps(mesh.founders()), other + " and " + mesh);
      }
    }
    for (Peer peer : peers) {
      if (mesh.founders().contains(peer.id)) {
        assertEquals(Optional.of(mesh.founders()), peer.promiseOnDisk);
      }
    }
    if (!meshes.contains(mesh)) {
      meshes.add(mesh);
    }
  }

  private void after(long millis, Runnable action) {
    queue.add(new Event(now + millis, order++, action));
  }

  private void runUntil(long end) {
    while (!queue.isEmpty() && queue.peek().at() <= end) {
      Event event = queue.poll();
      now = event.at();
      event.action().run();
    }
    now = end;
  }
}
