package dev.mesh.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mesh.protocols.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlocksTest {
  @Test
  void aBlockGivesBackItsCommands() {
    List<Bytes> commands = List.of(Bytes.utf8("one"), Bytes.EMPTY, Bytes.utf8("three"));
    assertEquals(commands, Blocks.split(Blocks.join(commands)));
  }
}
