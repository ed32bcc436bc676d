package dev.mesh.persistence.replicated.query;

import dev.mesh.protocols.GroupId;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.pekko.persistence.query.Offset;

/**
 * Where a query by slices stands: for each group that keeps some of its slices, the number of the
 * last event seen. A group counts its events in the order in which it commits them; every replica
 * counts alike, so an offset means the same at every peer and under every leader. No clock is
 * involved: events that are committed later come later.
 *
 * <p>Offsets of one query are ordered: a later one is at least as high in every group. As text, for
 * those who store it: {@code 3:1207,4:88}, which is group, colon, number. Immutable.
 */
public final class SliceOffset extends Offset {
  /** Before the first event. */
  public static final SliceOffset START = new SliceOffset(Collections.emptySortedMap());

  private final SortedMap<Integer, Long> numbers;

  private SliceOffset(SortedMap<Integer, Long> numbers) {
    this.numbers = numbers;
  }

  /**
   * Where a query given {@code offset} begins.
   *
   * @throws IllegalArgumentException if it is of another journal
   */
  public static SliceOffset of(Offset offset) {
    if (offset instanceof SliceOffset known) {
      return known;
    }
    if (offset.equals(Offset.noOffset())) {
      return START;
    }
    throw new IllegalArgumentException(
        offset
            + " is no offset of this journal: give Offset.noOffset() to begin, or an offset that"
            + " this query gave before");
  }

  /**
   * Reads the form that {@link #toString} gives.
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  public static SliceOffset parse(String text) {
    SortedMap<Integer, Long> numbers = new TreeMap<>();
    if (!text.isEmpty()) {
      for (String part : text.split(",", -1)) {
        int colon = part.indexOf(':');
        try {
          numbers.put(
              Integer.valueOf(part.substring(0, Math.max(colon, 0))),
              Long.valueOf(part.substring(colon + 1)));
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(
              "'" + text + "' is no offset; it should look like 3:1207,4:88", e);
        }
      }
    }
    return new SliceOffset(numbers);
  }

  /** The number of the last event seen of a group, 0 for none. */
  public long of(GroupId group) {
    return numbers.getOrDefault(group.value(), 0L);
  }

  SliceOffset with(GroupId group, long number) {
    SortedMap<Integer, Long> next = new TreeMap<>(numbers);
    next.put(group.value(), number);
    return new SliceOffset(next);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SliceOffset that && numbers.equals(that.numbers);
  }

  @Override
  public int hashCode() {
    return Objects.hash(numbers);
  }

  @Override
  public String toString() {
    return numbers.entrySet().stream()
        .map((Map.Entry<Integer, Long> each) -> each.getKey() + ":" + each.getValue())
        .collect(Collectors.joining(","));
  }
}
