package dev.mesh.protocols.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Directory.PeerState;
import dev.mesh.protocols.placement.Directory.Registered;
import dev.mesh.protocols.raft.Membership;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DirectoryTest {
  private static final PeerId A = new PeerId("a");
  private static final PeerId B = new PeerId("b");
  private static final PeerId C = new PeerId("c");
  private static final GroupId ONE = new GroupId(1);
  private static final GroupId NAMED = new GroupId(2);

  private static final Directory DIRECTORY =
      new Directory(
          7,
          1,
          8,
          new TreeMap<>(
              Map.of(
                  A, new Registered("here:1", "north", PeerState.ACTIVE),
                  B, new Registered("here:2", "süd", PeerState.LEAVING))),
          new TreeMap<>(
              Map.of(
                  GroupId.META,
                  new GroupEntry("", Membership.of(List.of(A)), 0),
                  ONE,
                  new GroupEntry("", new Membership(List.of(A, C), List.of(B)), 12),
                  NAMED,
                  new GroupEntry("counters", Membership.of(List.of(B)), 3))));

  @Test
  void itsBytesGiveItBack() {
    assertEquals(DIRECTORY, Directory.fromBytes(DIRECTORY.toBytes()));
    assertEquals(DIRECTORY.toBytes(), Directory.fromBytes(DIRECTORY.toBytes()).toBytes());
    assertEquals(Directory.EMPTY, Directory.fromBytes(Directory.EMPTY.toBytes()));
  }

  @Test
  void whatIsNoDirectoryIsRefused() {
    byte[] bytes = DIRECTORY.toBytes().toArray();
    for (int length = 0; length < bytes.length; length++) {
      Bytes cut = Bytes.wrap(bytes).slice(0, length);
      assertThrows(MalformedException.class, () -> Directory.fromBytes(cut), "of " + length);
    }
    bytes[0] = 99;
    assertTrue(
        assertThrows(MalformedException.class, () -> Directory.fromBytes(Bytes.wrap(bytes)))
            .getMessage()
            .contains("99"));
  }

  @Test
  void groupsAreFoundByNameAndByPeer() {
    assertEquals(Optional.of(NAMED), DIRECTORY.groupNamed("counters"));
    assertEquals(Optional.empty(), DIRECTORY.groupNamed("others"));
    assertEquals(Optional.empty(), DIRECTORY.groupNamed(""));
    assertEquals(List.of(GroupId.META, ONE), DIRECTORY.groupsOf(A));
    assertEquals(List.of(ONE, NAMED), DIRECTORY.groupsOf(B));
  }

  @Test
  void onlyActivePeersAreOnTheRing() {
    assertEquals(Map.of(A, "north"), DIRECTORY.activeZones());
    assertEquals(Set.of(A), Ring.of(DIRECTORY.activeZones()).peers());
    assertTrue(DIRECTORY.isFounded());
    assertFalse(Directory.EMPTY.isFounded());
  }
}
