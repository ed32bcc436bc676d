package dev.mesh.multijvm.history;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * What a client asks of the shared memory. Values are written once in a history, so that a read
 * tells which write it saw.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "op")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Call.Get.class, name = "get"),
  @JsonSubTypes.Type(value = Call.Put.class, name = "put"),
  @JsonSubTypes.Type(value = Call.CompareAndSet.class, name = "cas"),
  @JsonSubTypes.Type(value = Call.Delete.class, name = "delete")
})
public sealed interface Call {
  /** What {@link CompareAndSet} expects of a key that has no value. Versions begin at 1. */
  long ABSENT = 0;

  String key();

  /** A linearizable read. */
  record Get(String key) implements Call {
    @Override
    public String toString() {
      return "get " + key;
    }
  }

  /** Writes, whatever is there. */
  record Put(String key, String value) implements Call {
    @Override
    public String toString() {
      return "put " + key + " \"" + value + "\"";
    }
  }

  /**
   * Writes if the key has this version.
   *
   * @param expected a version, or {@link #ABSENT}
   */
  record CompareAndSet(String key, long expected, String value) implements Call {
    @Override
    public String toString() {
      return "cas " + key + " if version " + expected + " to \"" + value + "\"";
    }
  }

  /** Removes the value if there is one. */
  record Delete(String key) implements Call {
    @Override
    public String toString() {
      return "delete " + key;
    }
  }
}
