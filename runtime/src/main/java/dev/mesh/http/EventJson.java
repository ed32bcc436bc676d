package dev.mesh.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.events.MeshEvent;
import dev.mesh.protocols.PeerId;
import java.util.Collection;
import java.util.Locale;

/** The mesh's events as JSON. */
final class EventJson {
  private EventJson() {}

  /** The kind of the event: peer-suspected, mode-changed. */
  static String name(MeshEvent.What what) {
    return what.getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }

  static ObjectNode write(MeshEvent event) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", event.id())
            .put("time", event.time().toString())
            .put("at", event.at().value())
            .put("event", name(event.what()));
    write(event.what(), json);
    return json.put("text", event.what().text());
  }

  private static void write(MeshEvent.What what, ObjectNode json) {
    if (what instanceof MeshEvent.PeerAlive it) {
      json.put("peer", it.peer().value());
    } else if (what instanceof MeshEvent.PeerSuspected it) {
      json.put("peer", it.peer().value()).put("by", it.by().value());
      it.silent().ifPresent(silent -> json.put("silent", silent.toString()));
    } else if (what instanceof MeshEvent.PeerFailed it) {
      json.put("peer", it.peer().value()).put("by", it.by().value());
      write("confirmedBy", it.confirmedBy(), json);
    } else if (what instanceof MeshEvent.SuspicionRefuted it) {
      json.put("by", it.by().value());
    } else if (what instanceof MeshEvent.Condemned it) {
      json.put("by", it.by().value());
    } else if (what instanceof MeshEvent.PeerRegistered it) {
      json.put("peer", it.peer().value());
    } else if (what instanceof MeshEvent.PeerLeft it) {
      json.put("peer", it.peer().value());
    } else if (what instanceof MeshEvent.PeersRemoved it) {
      write("peers", it.peers(), json);
    } else if (what instanceof MeshEvent.PeerRefused it) {
      json.put("why", it.why());
    } else if (what instanceof MeshEvent.ModeChanged it) {
      json.put("mode", it.mode()).put("why", it.why());
    } else if (what instanceof MeshEvent.LeaderChanged it) {
      json.put("group", it.group().value());
      json.put("term", it.term()).put("leader", it.leader().value());
    } else if (what instanceof MeshEvent.SystemReplaced it) {
      json.put("why", it.why());
    } else {
      throw new IllegalArgumentException("no JSON for " + what);
    }
  }

  private static void write(String name, Collection<PeerId> peers, ObjectNode json) {
    var array = json.putArray(name);
    peers.stream().map(PeerId::value).sorted().forEach(array::add);
  }
}
