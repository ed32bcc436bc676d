package dev.mesh.task;

import dev.mesh.protocols.Bytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A piece of work that somebody asks the mesh to do. Immutable; made by {@link #of}. The id is the
 * task's name for good: submitting the same task again under its id is harmless.
 *
 * @param id 1 to 200 characters of {@code [A-Za-z0-9._:-]}; it decides the ledger that keeps the
 *     task
 * @param kind which handler runs it: 1 to 100 characters of {@code [A-Za-z0-9._-]}
 * @param payload the handler's input; bounded by {@code mesh.tasks.max-payload} when submitted
 * @param capabilities what the peer that runs it should offer; at most 20
 * @param placement how the peer is chosen
 * @param priority -100 to 100; of waiting tasks the higher goes first
 * @param deadline when the task expires unless it has ended before
 * @param retries how often it is tried again after a failure of its handler, 0 to 100. A lost peer
 *     is no failure of the handler and takes nothing from it
 */
public record Task(
    String id,
    String kind,
    Bytes payload,
    List<String> capabilities,
    Placement placement,
    int priority,
    Optional<Instant> deadline,
    int retries) {

  public static final int MAX_CAPABILITIES = 20;
  public static final int MAX_RETRIES = 100;
  public static final int MAX_PRIORITY = 100;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,200}");
  private static final Pattern KIND = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  /** How the peer that runs a task is chosen. */
  public enum Placement {
    /** The peers bid; the best score wins. */
    AUCTION,
    /** The ring's owner of the task's id. */
    HASH,
    /** The peer that offers most of what the task asks for. */
    CAPABILITY
  }

  /**
   * Checks every part.
   *
   * @throws InvalidTaskException naming the value that is wrong and what is right
   */
  public Task {
    checkId(id);
    checkKind(kind);
    capabilities = List.copyOf(capabilities);
    if (capabilities.size() > MAX_CAPABILITIES) {
      throw new InvalidTaskException(
          capabilities.size() + " capabilities: a task may ask for " + MAX_CAPABILITIES);
    }
    for (String capability : capabilities) {
      if (!KIND.matcher(capability).matches()) {
        throw new InvalidTaskException(
            "capability '"
                + brief(capability)
                + "' is not 1 to 100 letters, digits, '.', '_' or '-'");
      }
    }
    checkRange("priority", priority, -MAX_PRIORITY, MAX_PRIORITY);
    checkRange("retries", retries, 0, MAX_RETRIES);
  }

  /** A task of this kind, with a random id, no payload and no retries unless set otherwise. */
  public static Builder of(String kind) {
    return new Builder(kind);
  }

  /**
   * Gives back an id that can name a task.
   *
   * @throws InvalidTaskException if {@code id} cannot
   */
  public static String checkId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new InvalidTaskException(
          "task id '"
              + brief(id)
              + "' is not 1 to 200 letters, digits, '.', '_', ':' or '-'; leave it out to get one");
    }
    return id;
  }

  /**
   * Gives back a name that can name a kind.
   *
   * @throws InvalidTaskException if {@code kind} cannot
   */
  static String checkKind(String kind) {
    if (!KIND.matcher(kind).matches()) {
      throw new InvalidTaskException(
          "kind '" + brief(kind) + "' is not 1 to 100 letters, digits, '.', '_' or '-'");
    }
    return kind;
  }

  private static void checkRange(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new InvalidTaskException(name + " " + value + " is not in " + low + " to " + high);
    }
  }

  private static String brief(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }

  /** Collects a task's parts. Not thread-safe. */
  public static final class Builder {
    private final String kind;
    private Optional<String> id = Optional.empty();
    private Bytes payload = Bytes.EMPTY;
    private List<String> capabilities = List.of();
    private Placement placement = Placement.AUCTION;
    private int priority;
    private Optional<Instant> deadline = Optional.empty();
    private int retries;

    private Builder(String kind) {
      this.kind = kind;
    }

    /** The task's id; a random one unless set. */
    public Builder id(String id) {
      this.id = Optional.of(id);
      return this;
    }

    public Builder payload(byte[] bytes) {
      return payload(Bytes.wrap(bytes.clone()));
    }

    public Builder payload(Bytes bytes) {
      this.payload = bytes;
      return this;
    }

    /** The payload as text in UTF-8. */
    public Builder payload(String text) {
      return payload(Bytes.utf8(text));
    }

    public Builder capabilities(Collection<String> names) {
      this.capabilities = new ArrayList<>(names);
      return this;
    }

    public Builder placement(Placement way) {
      this.placement = way;
      return this;
    }

    public Builder priority(int value) {
      this.priority = value;
      return this;
    }

    public Builder deadline(Instant time) {
      this.deadline = Optional.of(time);
      return this;
    }

    public Builder retries(int count) {
      this.retries = count;
      return this;
    }

    /**
     * Names the tasks that must have completed first. Not supported: anything but an empty list is
     * refused.
     */
    public Builder after(Collection<String> ids) {
      if (!ids.isEmpty()) {
        throw new InvalidTaskException(
            "'after' " + ids + " is not supported: submit the task once those have completed");
      }
      return this;
    }

    /**
     * The task, checked.
     *
     * @throws InvalidTaskException naming the value that is wrong and what is right
     */
    public Task build() {
      return new Task(
          id.orElseGet(() -> UUID.randomUUID().toString()),
          kind,
          payload,
          capabilities,
          placement,
          priority,
          deadline,
          retries);
    }
  }
}
