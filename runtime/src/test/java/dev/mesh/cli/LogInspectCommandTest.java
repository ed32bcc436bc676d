package dev.mesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.local.Batch;
import dev.mesh.persistence.local.Durability;
import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.persistence.local.Space;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreSettings;
import dev.mesh.persistence.raftlog.RaftLogStore;
import dev.mesh.persistence.replicated.HeldReplicas;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FoundingSet;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.HardState;
import dev.mesh.protocols.raft.LogRecord;
import dev.mesh.protocols.raft.Membership;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogInspectCommandTest {
  private static final PeerId PEER = new PeerId("a");
  private static final GroupId GROUP = new GroupId(3);

  /** A block of two commands of one byte. */
  private static final Bytes BLOCK =
      Bytes.wrap(
          ByteBuffer.allocate(11)
              .put((byte) 1)
              .putInt(1)
              .put((byte) 'x')
              .putInt(1)
              .put((byte) 'y')
              .array());

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void aPeerHasRun() {
    try (Store store = open()) {
      PeerIdentity identity = new PeerIdentity(store);
      identity.claim(PEER);
      identity.putFounders(FoundingSet.of(List.of(PEER)));
      RaftLogStore logs = new RaftLogStore(store, MeshId.of(List.of(PEER)));
      new HeldReplicas(store, logs).add(GROUP, Membership.of(List.of(PEER)));
      CompletableFuture<Throwable> done = new CompletableFuture<>();
      logs.open(GROUP, record -> {})
          .append(
              1,
              List.of(
                  new LogRecord.TermAndVote(new HardState(5, Optional.of(PEER))),
                  new LogRecord.Appended(
                      List.of(
                          new Entry(1, 5, EntryType.NO_OP, Bytes.EMPTY),
                          new Entry(2, 5, EntryType.COMMANDS, BLOCK),
                          new Entry(
                              3,
                              5,
                              EntryType.CONFIGURATION,
                              Membership.of(List.of(PEER)).toBytes())))),
              done::complete);
      assertEquals(null, done.join());
    }
  }

  private Store open() {
    return Store.open(folder, StoreSettings.of(ConfigFactory.load()));
  }

  @Test
  void aGoodFolderIsShown() throws Exception {
    assertEquals(0, inspect("--entries"), err.toString());
    List<String> lines = out.toString().lines().toList();
    assertTrue(lines.contains("group-3"), out.toString());
    assertTrue(lines.contains("  members    voters a"), out.toString());
    assertTrue(lines.contains("  term       5, vote a"), out.toString());
    assertTrue(
        lines.contains("         2  term 5  commands       11 bytes  commands 2 (2 bytes)"),
        out.toString());
    assertEquals("everything fits", lines.get(lines.size() - 1));
  }

  @Test
  void asJsonTheFolderFollowsItsEntries() throws Exception {
    assertEquals(0, inspect("--json", "--entries", "--from", "2"), err.toString());
    List<String> lines = out.toString().lines().toList();
    assertEquals(3, lines.size());
    assertEquals("a", Console.MAPPER.readTree(lines.get(1)).path("voters").path(0).asText());
    assertEquals(2, Console.MAPPER.readTree(lines.get(0)).path("commands").asInt());
    JsonNode folder = Console.MAPPER.readTree(lines.get(2));
    assertEquals("a", folder.path("peer").asText());
    JsonNode group = folder.path("groups").path(0);
    assertEquals(3, group.path("group").asInt());
    assertEquals(3, group.path("lastIndex").asInt());
    assertEquals(1, group.path("entries").path("no-op").path("count").asInt());
    assertEquals(0, group.path("applied").asInt());
  }

  @Test
  void whatDoesNotFitIsAFailure() {
    byte[] firstBatch =
        ByteBuffer.allocate(11).put((byte) 'B').putShort((short) 3).putLong(1).array();
    try (Store store = open()) {
      store
          .write(new Batch().put(Space.LOGS, firstBatch, new byte[6]), Durability.SYNCED)
          .toCompletableFuture()
          .join();
    }
    assertEquals(1, inspect());
    assertTrue(out.toString().contains("PROBLEM    the record at"), out.toString());
  }

  @Test
  void whatCannotBeInspectedIsSaid() throws Exception {
    assertEquals(2, inspect("--group", "4"));
    assertTrue(err.toString().contains("[group-3]"), err.toString());
    try (Store running = open()) {
      assertEquals(1, inspect());
      assertTrue(err.toString().contains(running.folder() + " is in use"), err.toString());
    }
    try (Stream<Path> db = Files.list(folder.resolve("db"))) {
      for (Path file : db.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder.resolve("db"));
    assertEquals(1, inspect());
    assertTrue(err.toString().contains("no peer's data folder"), err.toString());
  }

  private int inspect(String... more) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] arguments =
        Stream.concat(Stream.of("log", "inspect", "--data", folder.toString()), Stream.of(more))
            .toArray(String[]::new);
    return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }
}
