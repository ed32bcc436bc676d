package dev.mesh.replication;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.peer.PeerRefs;
import dev.mesh.persistence.Checked;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.persistence.raftlog.RaftLogStore;
import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One peer's groups, of which the directory says now this, now that. */
class ReplicationTest {
  private static final PeerId SELF = new PeerId("self");
  private static final PeerId OTHER = new PeerId("other");
  private static final MeshId MESH = new MeshId("0123456789abcdef0123456789abcdef");
  private static final GroupId ONE = new GroupId(1);
  private static final GroupId TWO = new GroupId(2);
  private static final Membership ALONE = Membership.of(List.of(SELF));
  private static final Membership ELSEWHERE = Membership.of(List.of(OTHER));
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.actor.provider = cluster
              pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              mesh.replication.raft { election-timeout-min = 100ms, election-timeout-max = 200ms
                                      heartbeat-interval = 20ms }
              """)
          .withFallback(ConfigFactory.load());

  @TempDir Path folder;

  private final Map<GroupId, GroupStatus> statuses = new ConcurrentHashMap<>();
  private final Set<GroupId> erased = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Throwable> failed = new AtomicReference<>();
  private Store store;
  private ActorTestKit kit;

  @BeforeEach
  void open() {
    store = Store.open(folder, new StoreSettings(1 << 20, 1 << 20, 16 << 20, 16 << 20, 10_000));
    kit = ActorTestKit.create(CONFIG);
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    store.close();
  }

  @Test
  void aGroupThatThisPeerDoesNotHoldAnyMoreIsErasedAndTheOthersGoOn() {
    ActorRef<Replication.Command> manager = start(directory(1, ALONE, 0));
    join(propose(ONE, "k=1"));
    join(propose(TWO, "k=2"));
    manager.tell(new Replication.DirectoryIs(directory(2, ELSEWHERE, 5)));
    await().until(() -> erased.contains(ONE));
    assertFalse(new RaftLogStore(store, MESH).holds(ONE));
    assertTrue(new RaftLogStore(store, MESH).holds(TWO));
    assertEquals(0, new KeyValues(store, ONE).appliedIndex());
    join(propose(TWO, "k=3"));
  }

  @Test
  void aReplicaThatIsHeldAgainBeginsEmptyAndKnowsNobody() {
    ActorRef<Replication.Command> manager = start(directory(1, ALONE, 0));
    join(propose(ONE, "k=1"));
    manager.tell(new Replication.DirectoryIs(directory(2, ELSEWHERE, 5)));
    await().until(() -> erased.contains(ONE));
    statuses.remove(ONE);
    manager.tell(
        new Replication.DirectoryIs(
            directory(3, new Membership(List.of(OTHER), List.of(SELF)), 9)));
    await().until(() -> statuses.containsKey(ONE));
    assertEquals(0, statuses.get(ONE).lastIndex());
    assertEquals(List.of(), statuses.get(ONE).members().voters());
  }

  @Test
  void aGroupThatBecomesKnownIsHeldAndReached() {
    ActorRef<Replication.Command> manager = start(directory(1, ELSEWHERE, 0));
    assertFalse(statuses.containsKey(ONE));
    manager.tell(new Replication.DirectoryIs(directory(2, ALONE, 0)));
    await().until(() -> leads(ONE));
    assertEquals("k", join(propose(ONE, "k=1")).answer().asUtf8());
  }

  @Test
  void anOlderDirectoryIsIgnored() {
    ActorRef<Replication.Command> manager = start(directory(7, ALONE, 0));
    manager.tell(new Replication.DirectoryIs(directory(6, ELSEWHERE, 5)));
    manager.tell(new Replication.DirectoryIs(directory(8, ALONE, 0)));
    join(propose(ONE, "k=1"));
    assertEquals(Set.of(), erased);
  }

  @Test
  void whatIsHeldIsRecoveredBeforeAnythingIsAnswered() {
    ActorRef<Replication.Command> manager = start(directory(1, ALONE, 0));
    long index = join(propose(ONE, "k=1")).index();
    kit.stop(manager);
    statuses.clear();
    start(directory(1, ALONE, 0));
    assertTrue(
        statuses.get(ONE).lastIndex() > index, "a leader's first entry follows what was there");
  }

  @Test
  void aReplicaThatFailsIsReportedAndTheOthersGoOn() {
    start(directory(1, ALONE, 0));
    join(propose(TWO, "k=2"));
    propose(ONE, "a command that the machine does not know");
    await().until(() -> failed.get() != null);
    join(propose(TWO, "k=3"));
  }

  private ActorRef<Replication.Command> start(Directory directory) {
    PeerRefs refs = new PeerRefs(kit.system());
    refs.learn(new Contact(SELF, 1, "127.0.0.1:1"));
    ActorRef<Replication.Command> manager =
        kit.spawn(
            Replication.create(
                new Replication.Environment(
                    MESH,
                    SELF,
                    directory,
                    store,
                    refs,
                    GroupSettings.of(Checked.section(CONFIG, "mesh.replication")),
                    (group, name) -> new KeyValues(store, group),
                    Optional::empty,
                    status -> statuses.put(status.group(), status),
                    erased::add,
                    failed::set)));
    directory.groupsOf(SELF).forEach(group -> await().until(() -> leads(group)));
    return manager;
  }

  private boolean leads(GroupId group) {
    GroupStatus status = statuses.get(group);
    return status != null && status.role() == Role.LEADER;
  }

  private CompletionStage<ReplicatedLog.Applied> propose(GroupId group, String command) {
    return ReplicatedLogs.get(kit.system()).log().propose(group, Bytes.utf8(command));
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Groups 0 and 2 are held here alone; group 1 by {@code ofOne}. */
  private static Directory directory(long version, Membership ofOne, long index) {
    Directory founding = Founding.directory(List.of(SELF), 2, 1);
    TreeMap<GroupId, GroupEntry> groups = new TreeMap<>(founding.groups());
    groups.put(ONE, new GroupEntry("", ofOne, index));
    return new Directory(version, 2, 1, founding.peers(), groups);
  }
}
