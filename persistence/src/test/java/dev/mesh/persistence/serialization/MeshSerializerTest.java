package dev.mesh.persistence.serialization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import java.io.NotSerializableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeshSerializerTest {
  record Message(
      PeerId from,
      MeshId mesh,
      GroupId group,
      Bytes body,
      Map<PeerId, Long> byPeer,
      Map<GroupId, List<MeshId>> byGroup,
      Optional<Instant> at,
      Duration within)
      implements WireMessage {}

  record Event(PeerId peer, Map<GroupId, Bytes> parts) implements CborEvent {}

  private static final MeshId OURS = new MeshId("0123456789abcdef".repeat(2));
  private static final MeshId THEIRS = new MeshId("fedcba9876543210".repeat(2));
  private static final Message MESSAGE =
      new Message(
          new PeerId("a.1"),
          OURS,
          new GroupId(7),
          Bytes.wrap(new byte[] {9, 1, 2, 9}, 1, 2),
          Map.of(new PeerId("b"), 1L << 40),
          Map.of(GroupId.META, List.of(THEIRS), new GroupId(65_535), List.of()),
          Optional.of(Instant.parse("2026-01-02T03:04:05.000000006Z")),
          Duration.ofMillis(1500));

  private final ActorTestKit kit = ActorTestKit.create();
  private final Serialization serialization = SerializationExtension.get(kit.system());
  private final MeshIdentity identity = MeshIdentity.get(kit.system());

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private SerializerWithStringManifest serializer() {
    return assertInstanceOf(MeshSerializer.class, serialization.findSerializerFor(MESSAGE));
  }

  private String refusal(byte[] envelope, String manifest) {
    return assertThrows(
            NotSerializableException.class, () -> serializer().fromBinary(envelope, manifest))
        .getMessage();
  }

  @Test
  void aMessageComesBackAsItWas() throws Exception {
    identity.set(OURS);
    assertEquals(
        MESSAGE,
        serializer().fromBinary(serializer().toBinary(MESSAGE), serializer().manifest(MESSAGE)));
  }

  @Test
  void anEventGoesThroughPekkosCbor() {
    Event event = new Event(new PeerId("p"), Map.of(new GroupId(3), Bytes.utf8("x")));
    assertEquals(33, serialization.findSerializerFor(event).identifier());
    byte[] bytes = serialization.serialize(event).get();
    assertEquals(event, serialization.deserialize(bytes, Event.class).get());
  }

  @Test
  void anotherMeshIsRefusedByName() {
    identity.set(THEIRS);
    byte[] envelope = serializer().toBinary(MESSAGE);
    identity.set(OURS);
    String text = refusal(envelope, Message.class.getName());
    assertTrue(text.contains(OURS.value()) && text.contains(THEIRS.value()), text);
  }

  @Test
  void whoHasNoMeshYetIsHeardAndHears() throws Exception {
    byte[] fromNewcomer = serializer().toBinary(MESSAGE);
    identity.set(OURS);
    assertEquals(MESSAGE, serializer().fromBinary(fromNewcomer, Message.class.getName()));
    byte[] fromMember = serializer().toBinary(MESSAGE);
    identity.set(MeshId.NONE);
    assertEquals(MESSAGE, serializer().fromBinary(fromMember, Message.class.getName()));
  }

  @Test
  void whatCannotBeReadIsRefused() {
    byte[] future = serializer().toBinary(MESSAGE);
    future[0] = 9;
    assertTrue(refusal(future, Message.class.getName()).contains("format version 9"));
    assertTrue(refusal(new byte[0], Message.class.getName()).contains("version none"));

    byte[] good = serializer().toBinary(MESSAGE);
    assertTrue(refusal(good, "java.lang.String").contains("is not a WireMessage"));
    assertTrue(refusal(good, "no.such.Type").contains("unknown"));
    byte[] torn = Arrays.copyOf(good, good.length - 3);
    assertTrue(refusal(torn, Message.class.getName()).contains("cannot be read"));
  }
}
