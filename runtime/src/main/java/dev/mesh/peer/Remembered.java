package dev.mesh.peer;

import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FoundedMesh;
import dev.mesh.protocols.membership.FoundingSet;
import dev.mesh.protocols.placement.Directory;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a peer must remember of the mesh over restarts: the set it has promised itself to, the mesh
 * it belongs to, and where the others were. Texts of one line for each peer. Methods wait for the
 * disk.
 */
final class Remembered {
  private static final String PROMISE = "promise";
  private static final String CONTACTS = "contacts";
  private static final String DIRECTORY = "directory";

  private final PeerIdentity identity;

  Remembered(PeerIdentity identity) {
    this.identity = identity;
  }

  Optional<FoundingSet> promise() {
    return lines(PROMISE).map(Remembered::founders);
  }

  void remember(FoundingSet promise) {
    put(PROMISE, peers(promise));
  }

  Optional<FoundedMesh> mesh() {
    return identity.founders().map(FoundedMesh::by);
  }

  void remember(FoundedMesh mesh) {
    identity.putFounders(mesh.founders());
  }

  List<Contact> contacts() {
    return lines(CONTACTS).orElse(List.of()).stream()
        .map(line -> line.split(" "))
        .map(part -> new Contact(new PeerId(part[0]), Long.parseLong(part[1]), part[2]))
        .toList();
  }

  void remember(Collection<Contact> contacts) {
    put(
        CONTACTS,
        contacts.stream()
            .map(known -> known.peer() + " " + known.incarnation() + " " + known.address())
            .collect(Collectors.joining("\n")));
  }

  /** The latest directory that this peer knew of. */
  Optional<Directory> directory() {
    return identity.meta(DIRECTORY).map(bytes -> Directory.fromBytes(Bytes.wrap(bytes)));
  }

  void remember(Directory directory) {
    identity.putMeta(DIRECTORY, directory.toBytes().toArray());
  }

  private static FoundingSet founders(List<String> members) {
    return FoundingSet.of(members.stream().map(PeerId::new).toList());
  }

  private static String peers(FoundingSet founders) {
    return founders.members().stream().map(PeerId::value).collect(Collectors.joining("\n"));
  }

  private Optional<List<String>> lines(String key) {
    return identity
        .meta(key)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8).lines().toList());
  }

  private void put(String key, String text) {
    identity.putMeta(key, text.getBytes(StandardCharsets.UTF_8));
  }
}
