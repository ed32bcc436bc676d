package dev.mesh.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.memory.Change;
import dev.mesh.memory.Entry;
import dev.mesh.memory.Listing;
import dev.mesh.memory.Usage;

/**
 * Entries of the shared memory as JSON. A value that is UTF-8 is {@code value}, any other {@code
 * valueBase64}. All methods are pure.
 */
final class MemoryJson {
  private MemoryJson() {}

  /** With {@code after} where there is more: what to ask for next. */
  static ObjectNode write(Listing listing) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode entries = json.putArray("entries");
    String last = "";
    for (Listing.Keyed found : listing.entries()) {
      entries.add(write(found.key(), found.entry()));
      last = found.key();
    }
    if (listing.more()) {
      json.put("after", last);
    }
    return json;
  }

  static ObjectNode write(Usage usage) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("group", usage.group())
        .put("keys", usage.keys())
        .put("maxKeys", usage.maxKeys())
        .put("bytes", usage.bytes())
        .put("maxBytes", usage.maxBytes());
  }

  static ObjectNode write(Change change) {
    ObjectNode json =
        change
            .entry()
            .map(entry -> write(change.key(), entry))
            .orElseGet(JsonNodeFactory.instance::objectNode);
    if (!change.key().isEmpty()) {
      json.put("key", change.key());
    }
    change.revision().ifPresent(revision -> json.put("revision", revision));
    return json;
  }

  private static ObjectNode write(String key, Entry entry) {
    ObjectNode json =
        JsonNodeFactory.instance.objectNode().put("key", key).put("version", entry.version());
    entry.expires().ifPresent(at -> json.put("expires", at.toString()));
    TaskJson.putBytes(json, "value", entry.value());
    return json;
  }
}
