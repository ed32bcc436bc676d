package dev.mesh.multijvm.history;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What became of a {@link Call}, as far as its client knows. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Answer.Found.class, name = "found"),
  @JsonSubTypes.Type(value = Answer.Absent.class, name = "absent"),
  @JsonSubTypes.Type(value = Answer.Written.class, name = "written"),
  @JsonSubTypes.Type(value = Answer.Mismatch.class, name = "mismatch"),
  @JsonSubTypes.Type(value = Answer.Deleted.class, name = "deleted"),
  @JsonSubTypes.Type(value = Answer.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = Answer.Unknown.class, name = "unknown")
})
public sealed interface Answer {

  /** To a get: the value, and the version that its write was given. */
  record Found(String value, long version) implements Answer {
    @Override
    public String toString() {
      return "\"" + value + "\" version " + version;
    }
  }

  /** To a get or a delete: there is no value. */
  record Absent() implements Answer {
    @Override
    public String toString() {
      return "absent";
    }
  }

  /** To a put or a compare-and-set: done, under this version. */
  record Written(long version) implements Answer {
    @Override
    public String toString() {
      return "written as version " + version;
    }
  }

  /** To a compare-and-set: the key had another version, and nothing was written. */
  record Mismatch() implements Answer {
    @Override
    public String toString() {
      return "another version";
    }
  }

  /** To a delete: there was a value, and there is none now. */
  record Deleted() implements Answer {
    @Override
    public String toString() {
      return "deleted";
    }
  }

  /** To any: it was not done and never will be. */
  record Failed(String why) implements Answer {
    @Override
    public String toString() {
      return "failed: " + why;
    }
  }

  /** To any: it was done, or will be at any time from now on, or never. */
  record Unknown(String why) implements Answer {
    @Override
    public String toString() {
      return "unknown: " + why;
    }
  }
}
