package dev.mesh.persistence.replicated.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.SnapshotReader;
import dev.mesh.persistence.replicated.SnapshotWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.raft.Membership;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetaMachineTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final GroupId ONE = new GroupId(1);
  private static final Bytes LABEL = Bytes.utf8("term 3");

  @TempDir Path folder;

  private final BlockingQueue<Directory> heard = new LinkedBlockingQueue<>();
  private Store store;
  private MetaMachine machine;

  @BeforeEach
  void open() {
    store = Store.open(folder.resolve("here"), StoreFixtures.settings());
    machine = open(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private MetaMachine open(Store of) {
    return MetaMachine.open(of, heard::add, ConfigFactory.load());
  }

  private static Directory founding(int ledgers, PeerId... peers) {
    TreeMap<PeerId, Registered> registered = new TreeMap<>();
    for (PeerId peer : peers) {
      registered.put(peer, new Registered("", "", PeerState.ACTIVE));
    }
    GroupEntry held = new GroupEntry("", Membership.of(List.of(peers)), 0);
    return new Directory(
        0,
        2,
        ledgers,
        registered,
        new TreeMap<>(Map.of(GroupId.META, held, ONE, held, new GroupId(2), held)));
  }

  private static MetaCommand.Found found(PeerId... peers) {
    return new MetaCommand.Found(founding(8, peers));
  }

  private MetaAnswer apply(MetaCommand command) {
    return applyAll(command).get(0);
  }

  private List<MetaAnswer> applyAll(MetaCommand... commands) {
    List<Bytes> encoded = List.of(commands).stream().map(MetaCommand::encode).toList();
    return machine.apply(machine.appliedIndex() + 1, encoded).stream()
        .map(MetaAnswer::decode)
        .toList();
  }

  private void assertRefused(MetaCommand command, String why) {
    Directory before = machine.directory();
    MetaAnswer answer = apply(command);
    assertTrue(answer.refusal().orElse("").contains(why), answer.toString());
    assertEquals(before, machine.directory());
  }

  /** Whatever it is, the second time it changes nothing and is answered alike. */
  private void assertDoneOnce(MetaCommand command) {
    MetaAnswer answer = apply(command);
    assertTrue(answer.isDone(), answer.toString());
    Directory after = machine.directory();
    assertEquals(answer.version(), after.version());
    assertEquals(answer, apply(command));
    assertEquals(after, machine.directory());
  }

  @Test
  void aMeshIsFoundedOnceAndItsFixedNumbersStay() {
    assertRefused(new MetaCommand.Leave(A), "not founded");
    assertRefused(new MetaCommand.Found(founding(0, A)), "0 ledgers");
    assertDoneOnce(found(A, B, C));
    assertEquals(1, machine.directory().version());
    assertEquals(8, machine.directory().ledgers());
    assertEquals(2, machine.directory().slicedGroups());
    assertRefused(new MetaCommand.Found(founding(9, A, B, C)), "8 ledgers");
  }

  @Test
  void peersAreRegisteredAndSayWhereTheyAreNow() {
    apply(found(A));
    assertDoneOnce(new MetaCommand.Register(B, "there:1", "north"));
    assertDoneOnce(new MetaCommand.Register(B, "there:2", "north"));
    assertEquals(
        new Registered("there:2", "north", PeerState.ACTIVE), machine.directory().peers().get(B));
    assertEquals(3, machine.directory().version());
    assertRefused(new MetaCommand.Register(B, "there:1", "z".repeat(256)), "255");
  }

  @Test
  void thereIsABoundOnPeers() {
    apply(found(A));
    for (int i = 1; i < DirectoryRules.MAX_PEERS; i++) {
      assertTrue(apply(new MetaCommand.Register(new PeerId("p" + i), "there:1", "z")).isDone());
    }
    assertRefused(new MetaCommand.Register(B, "there:1", "z"), "1000 peers");
    assertTrue(apply(new MetaCommand.Register(new PeerId("p1"), "there:2", "z")).isDone());
  }

  @Test
  void aPeerLeavesAndIsRemovedWhenItHoldsNothing() {
    apply(found(A, B));
    assertDoneOnce(new MetaCommand.Leave(B));
    assertDoneOnce(new MetaCommand.Register(B, "there:2", ""));
    assertEquals(PeerState.LEAVING, machine.directory().peers().get(B).state());
    assertRefused(new MetaCommand.Leave(A), "last peer");
    assertRefused(new MetaCommand.Leave(C), "[a, b]");
    assertRefused(new MetaCommand.Remove(B), "group-1");
    for (int group = 0; group <= 2; group++) {
      apply(new MetaCommand.MembersChanged(new GroupId(group), Membership.of(List.of(A)), 9));
    }
    assertDoneOnce(new MetaCommand.Remove(B));
    assertEquals(List.of(A), List.copyOf(machine.directory().peers().keySet()));
  }

  @Test
  void membersAreRecordedInTheOrderOfTheGroupsOwnLog() {
    apply(found(A));
    Membership two = new Membership(List.of(A), List.of(B));
    assertDoneOnce(new MetaCommand.MembersChanged(ONE, two, 7));
    long version = machine.directory().version();
    apply(new MetaCommand.MembersChanged(ONE, Membership.of(List.of(C)), 6));
    assertEquals(version, machine.directory().version());
    assertEquals(new GroupEntry("", two, 7), machine.directory().groups().get(ONE));
    assertRefused(new MetaCommand.MembersChanged(new GroupId(9), two, 1), "group-9");
  }

  @Test
  void applicationsMakeGroupsByName() {
    apply(found(A, B, C));
    MetaAnswer answer = apply(new MetaCommand.CreateGroup("orders/eu"));
    GroupId group = answer.group().orElseThrow();
    assertEquals(new GroupId(3), group);
    assertEquals(answer, apply(new MetaCommand.CreateGroup("orders/eu")));
    assertEquals(Optional.of(new GroupId(4)), apply(new MetaCommand.CreateGroup("others")).group());
    assertEquals(Optional.of(group), machine.directory().groupNamed("orders/eu"));
    assertEquals(
        Membership.of(List.of(A, B, C)), machine.directory().groups().get(group).members());
    assertRefused(new MetaCommand.CreateGroup(""), "''");
    assertRefused(new MetaCommand.CreateGroup("a b"), "'a b'");
  }

  @Test
  void theCommandsOfOneEntrySeeEachOther() {
    List<MetaAnswer> answers =
        applyAll(
            found(A, B),
            new MetaCommand.Leave(A),
            new MetaCommand.Leave(B),
            new MetaCommand.CreateGroup("g"));
    assertEquals(
        List.of(true, true, false, true), answers.stream().map(MetaAnswer::isDone).toList());
    assertEquals(List.of(1L, 2L, 2L, 3L), answers.stream().map(MetaAnswer::version).toList());
    assertEquals(1, heard.size());
    assertEquals(machine.directory(), heard.peek());
  }

  @Test
  void aDamagedCommandIsRefusedAndAnUnknownOneEndsTheMachine() {
    Bytes whole = new MetaCommand.Register(A, "there:1", "north").encode();
    for (int length = 0; length < whole.length(); length++) {
      Bytes answer = machine.apply(length + 1, List.of(whole.slice(0, length))).get(0);
      assertTrue(MetaAnswer.decode(answer).refusal().orElse("").contains("damaged"));
    }
    byte[] newer = whole.toArray();
    newer[0] = 9;
    long next = machine.appliedIndex() + 1;
    List<Bytes> unknown = List.of(Bytes.wrap(newer));
    assertThrows(IllegalStateException.class, () -> machine.apply(next, unknown));
    assertThrows(IllegalStateException.class, () -> machine.apply(next, List.of(whole)));
  }

  @Test
  void itIsThereAgainAfterARestart() {
    apply(found(A, B));
    apply(new MetaCommand.CreateGroup("g"));
    machine.advance(3);
    Directory before = machine.directory();
    store.close();
    store = Store.open(folder.resolve("here"), StoreFixtures.settings());
    machine = open(store);
    assertEquals(before, machine.directory());
    assertEquals(3, machine.appliedIndex());
  }

  @Test
  void aQueryBringsTheDirectoryIfItIsNewer() {
    assertEquals(Optional.empty(), ask(0));
    apply(found(A));
    assertEquals(Optional.of(machine.directory()), ask(0));
    assertEquals(Optional.empty(), ask(1));
    CompletableFuture<Bytes> none = machine.query(Bytes.EMPTY).toCompletableFuture();
    assertThrows(CompletionException.class, none::join);
  }

  private Optional<Directory> ask(long version) {
    Bytes query = new MetaQuery(version).encode();
    return MetaQuery.directoryIn(machine.query(query).toCompletableFuture().join());
  }

  @Test
  void aSnapshotTakesItToAnotherPeer() {
    apply(found(A, B, C));
    apply(new MetaCommand.CreateGroup("g"));
    heard.clear();
    try (Store there = Store.open(folder.resolve("there"), StoreFixtures.settings())) {
      MetaMachine other = open(there);
      other.apply(1, List.of(found(C).encode()));
      heard.clear();
      install(other);
      assertEquals(machine.directory(), other.directory());
      assertEquals(machine.directory(), heard.poll());
      assertEquals(machine.appliedIndex(), other.appliedIndex());
      assertEquals(LABEL, other.label());
      Bytes next = new MetaCommand.Leave(A).encode();
      assertEquals(machine.apply(3, List.of(next)), other.apply(3, List.of(next)));
    }
  }

  /** Sends the state piece by piece; a snapshot shows what is written, so it waits for that. */
  private void install(MetaMachine other) {
    SnapshotWriter writer = other.beginInstall();
    assertEquals(Optional.of(machine.directory()), ask(0));
    try (SnapshotReader reader = machine.openSnapshot()) {
      SnapshotReader.Chunk chunk;
      do {
        chunk = reader.read(writer.nextOffset(), 100);
        writer.write(writer.nextOffset(), chunk.bytes()).toCompletableFuture().join();
      } while (!chunk.last());
    }
    writer.finish(LABEL).toCompletableFuture().join();
  }
}
