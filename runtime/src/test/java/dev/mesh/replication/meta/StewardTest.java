package dev.mesh.replication.meta;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.persistence.replicated.meta.MetaAnswer;
import dev.mesh.persistence.replicated.meta.MetaCommand;
import dev.mesh.persistence.replicated.meta.MetaMachine;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.placement.Replicas;
import dev.mesh.protocols.placement.Ring;
import dev.mesh.protocols.raft.Membership;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StewardTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final PeerId D = new PeerId("d");
  private static final int SLICED = 3;
  private static final Duration REPLACE_AFTER = Duration.ofMinutes(10);

  private static final StewardSettings SETTINGS =
      new StewardSettings(
          Duration.ofMillis(50), REPLACE_AFTER, 2, Duration.ofMillis(200), Duration.ofHours(1));

  @TempDir Path folder;

  private final ActorTestKit kit =
      ActorTestKit.create(ConfigFactory.parseString("pekko.loglevel = ERROR"));
  private final FakeGroups groups = new FakeGroups();
  private final Map<PeerId, ClusterMember> members = new ConcurrentHashMap<>();
  private final AtomicBoolean leads = new AtomicBoolean(true);
  private final AtomicInteger looks = new AtomicInteger();

  /** Added to the real ahead. */
  private final AtomicLong ahead = new AtomicLong();

  private Store store;
  private MetaMachine machine;
  private volatile Directory directory;

  @BeforeEach
  void open() {
    store = Store.open(folder, StoreSettings.of(ConfigFactory.load()));
    machine = MetaMachine.open(store, changed -> directory = changed, ConfigFactory.load());
    directory = founding(A, B, C);
    directory.groups().forEach((id, group) -> groups.begin(id, group.members()));
    List.of(A, B, C).forEach(this::joins);
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    store.close();
  }

  private static Directory founding(PeerId... founders) {
    TreeMap<PeerId, Registered> peers = new TreeMap<>();
    for (PeerId founder : founders) {
      peers.put(founder, new Registered("", "", PeerState.ACTIVE));
    }
    TreeMap<GroupId, GroupEntry> groups = new TreeMap<>();
    for (int group = 0; group <= SLICED; group++) {
      groups.put(new GroupId(group), new GroupEntry("", Membership.of(List.of(founders)), 0));
    }
    return new Directory(0, SLICED, 8, peers, groups);
  }

  private void joins(PeerId peer) {
    members.put(peer, new ClusterMember(peer + ":1", "zone-of-" + peer, true));
  }

  private void isOutOfReach(PeerId peer) {
    members.put(peer, new ClusterMember(peer + ":1", "zone-of-" + peer, false));
  }

  private void start() {
    kit.spawn(
        Steward.create(
            new Steward.Environment(
                A,
                leads::get,
                () -> directory,
                this::look,
                groups,
                this::propose,
                () -> System.nanoTime() / 1_000_000 + ahead.get()),
            SETTINGS));
  }

  private Map<PeerId, ClusterMember> look() {
    looks.incrementAndGet();
    return members;
  }

  /** Until the steward has seen what is so now. */
  private void awaitLook() {
    int before = looks.get();
    await().until(() -> looks.get() > before + 1);
  }

  private synchronized CompletionStage<MetaAnswer> propose(MetaCommand command) {
    return CompletableFuture.completedStage(
        MetaAnswer.decode(
            machine.apply(machine.appliedIndex() + 1, List.of(command.encode())).get(0)));
  }

  /** Until the directory says so, every group is where the ring of {@code peers} has it. */
  private void awaitSettled(PeerId... peers) {
    TreeMap<PeerId, String> zones = new TreeMap<>();
    List.of(peers).forEach(peer -> zones.put(peer, "zone-of-" + peer));
    Ring ring = Ring.of(zones);
    await()
        .untilAsserted(
            () -> {
              assertEquals(zones, directory.activeZones());
              directory
                  .groups()
                  .forEach((id, group) -> assertSettled(id, group, Replicas.of(id, ring)));
            });
  }

  private void assertSettled(GroupId id, GroupEntry recorded, List<PeerId> replicas) {
    assertEquals(Membership.of(replicas), groups.members(id));
    assertEquals(Membership.of(replicas), recorded.members());
  }

  @Test
  void itFoundsTheMeshRegistersWhoIsThereAndHasTheOwnersLead() {
    start();
    awaitSettled(A, B, C);
    assertEquals(new Registered("b:1", "zone-of-b", PeerState.ACTIVE), directory.peers().get(B));
    await()
        .untilAsserted(
            () -> {
              Ring ring = Ring.of(directory.activeZones());
              for (GroupId group : directory.groups().keySet()) {
                assertEquals(Replicas.of(group, ring).get(0), groups.leader(group));
              }
            });
    List<String> calls = groups.calls();
    assertTrue(calls.get(calls.size() - 1).startsWith("group-0 to "), calls.toString());
  }

  @Test
  void aNewcomerIsGivenItsShare() {
    start();
    awaitSettled(A, B, C);
    joins(D);
    awaitSettled(A, B, C, D);
    members.put(D, new ClusterMember("elsewhere:1", "zone-of-d", true));
    await().until(() -> directory.peers().get(D).address().equals("elsewhere:1"));
  }

  @Test
  void onlyWhoLeadsGroupZeroActsAndTheOthersCountWithIt() {
    leads.set(false);
    propose(new MetaCommand.Found(directory));
    propose(new MetaCommand.Register(D, "d:1", "zone-of-d"));
    start();
    awaitLook();
    ahead.addAndGet(REPLACE_AFTER.toMillis());
    assertEquals(List.of(), groups.calls());
    leads.set(true);
    awaitSettled(A, B, C);
  }

  @Test
  void aChangeThatWasMadeButNotRecordedIsRecorded() {
    propose(new MetaCommand.Found(directory));
    joins(D);
    groups.change(new GroupId(1), new Membership(List.of(A, B, C), List.of(D)));
    start();
    await().until(() -> directory.groups().get(new GroupId(1)).membersIndex() >= 1);
    awaitSettled(A, B, C, D);
  }

  @Test
  void aPeerThatIsGoneForLongIsReplacedAndStruckOff() {
    joins(D);
    start();
    awaitSettled(A, B, C, D);
    isOutOfReach(C);
    awaitLook();
    Map<GroupId, GroupEntry> before = directory.groups();
    ahead.addAndGet(REPLACE_AFTER.toMillis() / 2);
    await().during(Duration.ofMillis(200)).until(() -> directory.groups().equals(before));
    ahead.addAndGet(REPLACE_AFTER.toMillis() / 2);
    awaitSettled(A, B, D);
    joins(C);
    awaitSettled(A, B, C, D);
  }

  @Test
  void whoLeavesGivesUpAllAndIsNotTakenInAgain() {
    joins(D);
    start();
    awaitSettled(A, B, C, D);
    propose(new MetaCommand.Leave(D));
    awaitSettled(A, B, C);
    await().during(Duration.ofMillis(200)).until(() -> !directory.peers().containsKey(D));
    members.remove(D);
    await().during(Duration.ofMillis(200)).until(() -> !directory.peers().containsKey(D));
    joins(D);
    awaitSettled(A, B, C, D);
  }

  @Test
  void whoLeftUnderAnEarlierLeaderIsNotTakenInAgainByTheNext() {
    leads.set(false);
    propose(new MetaCommand.Found(directory));
    propose(new MetaCommand.Register(D, "d:1", "zone-of-d"));
    joins(D);
    start();
    awaitLook();
    propose(new MetaCommand.Leave(D));
    propose(new MetaCommand.Remove(D));
    awaitLook();
    leads.set(true);
    awaitSettled(A, B, C);
    await().during(Duration.ofMillis(200)).until(() -> !directory.peers().containsKey(D));
    members.remove(D);
    awaitLook();
    joins(D);
    awaitSettled(A, B, C, D);
  }

  @Test
  void aGroupThatFailsOrIsSilentDoesNotHoldUpTheOthers() {
    start();
    awaitSettled(A, B, C);
    Ring ring = Ring.of(Map.of(A, "zone-of-a", B, "zone-of-b", C, "zone-of-c", D, "zone-of-d"));
    List<GroupId> moving =
        directory.groups().keySet().stream()
            .filter(id -> Replicas.of(id, ring).contains(D))
            .toList();
    assertTrue(moving.size() >= 2, moving.toString());
    GroupId refusing = moving.get(0);
    GroupId other = moving.get(1);
    groups.refuse(refusing, true);
    directory.groups().keySet().stream()
        .filter(id -> !id.equals(refusing) && !id.equals(other))
        .forEach(groups::silence);
    joins(D);
    await().until(() -> groups.members(other).isVoter(D));
    assertEquals(Membership.of(List.of(A, B, C)), groups.members(refusing));
    groups.refuse(refusing, false);
    await()
        .untilAsserted(
            () -> {
              ahead.addAndGet(1000);
              assertTrue(groups.members(refusing).isVoter(D));
            });
  }
}
