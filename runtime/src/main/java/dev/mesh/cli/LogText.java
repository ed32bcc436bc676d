package dev.mesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mesh.persistence.replicated.GroupInspection;
import dev.mesh.persistence.replicated.LogInspector;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.SnapshotMark;
import dev.mesh.replication.StoredForms;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@link LogInspector} has found, as JSON and as lines of text. */
final class LogText {
  private LogText() {}

  static ObjectNode folder(LogInspector inspector) {
    ObjectNode json = object().put("folder", inspector.folder().toString());
    inspector.peer().ifPresent(peer -> json.put("peer", peer.value()));
    inspector.mesh().ifPresent(mesh -> json.put("mesh", mesh.value()));
    json.putArray("groups");
    return json;
  }

  static List<String> lines(ObjectNode folder) {
    return List.of(
        "folder  " + folder.path("folder").asText(),
        "peer    " + TaskText.orDash(folder.path("peer")),
        "mesh    " + TaskText.orDash(folder.path("mesh")),
        "");
  }

  static ObjectNode json(GroupInspection found) {
    ObjectNode json =
        object().put("group", number(found.group())).put("term", found.hardState().term());
    found.hardState().vote().ifPresent(vote -> json.put("vote", vote.value()));
    found.members().ifPresent(members -> put(members, json.putObject("members")));
    SnapshotMark mark = found.compacted();
    if (mark.index() > 0) {
      ObjectNode compacted = json.putObject("compacted");
      compacted.put("index", mark.index()).put("term", mark.term());
      put(mark.membership(), compacted);
    }
    json.put("firstIndex", found.firstIndex()).put("lastIndex", found.lastIndex());
    json.put("batches", found.batches()).put("bytes", found.bytes());
    ObjectNode entries = json.putObject("entries");
    found
        .totals()
        .forEach(
            (type, total) ->
                entries
                    .putObject(name(type))
                    .put("count", total.entries())
                    .put("bytes", total.bytes()));
    found.applied().ifPresent(applied -> json.put("applied", applied));
    found.problems().forEach(json.putArray("problems")::add);
    return json;
  }

  static List<String> lines(GroupInspection found) {
    SnapshotMark mark = found.compacted();
    List<String> lines = new ArrayList<>();
    lines.add(found.group().toString());
    lines.add(
        "  term       %d, vote %s"
            .formatted(
                found.hardState().term(), found.hardState().vote().map(PeerId::value).orElse("-")));
    lines.add("  members    " + found.members().map(LogText::text).orElse("-"));
    lines.add(
        mark.index() == 0
            ? "  compacted  -"
            : "  compacted  to %d of term %d, with %s"
                .formatted(mark.index(), mark.term(), text(mark.membership())));
    lines.add(
        found.entries().isEmpty()
            ? "  entries    -"
            : "  entries    %d to %d: %s"
                .formatted(found.firstIndex(), found.lastIndex(), text(found.totals())));
    lines.add("  on disk    %,d bytes in %d batches".formatted(found.bytes(), found.batches()));
    lines.add(
        "  applied    "
            + (found.applied().isPresent() ? found.applied().getAsLong() : "cannot be read"));
    found.problems().forEach(problem -> lines.add("  PROBLEM    " + problem));
    lines.add("");
    return lines;
  }

  private static String text(Map<EntryType, GroupInspection.Total> totals) {
    return totals.entrySet().stream()
        .map(
            type ->
                "%d %s (%,d bytes)"
                    .formatted(
                        type.getValue().entries(), name(type.getKey()), type.getValue().bytes()))
        .collect(Collectors.joining(", "));
  }

  private static String text(Membership members) {
    return "voters "
        + names(members.voters())
        + (members.learners().isEmpty() ? "" : ", learners " + names(members.learners()));
  }

  private static String names(Collection<PeerId> peers) {
    return peers.stream().map(PeerId::value).collect(Collectors.joining(" "));
  }

  static ObjectNode json(GroupId group, Entry entry) {
    ObjectNode json =
        object()
            .put("group", number(group))
            .put("index", entry.index())
            .put("term", entry.term())
            .put("type", name(entry.type()))
            .put("bytes", entry.payload().length());
    try {
      putContent(entry, json);
    } catch (RuntimeException e) {
      json.put("unreadable", true); // why was told by the inspection
    }
    return json;
  }

  /** An entry as {@link #json(GroupId, Entry)} has it. */
  static String line(ObjectNode entry) {
    return "  %8d  term %d  %-13s  %,d bytes%s"
        .formatted(
            entry.path("index").asLong(),
            entry.path("term").asLong(),
            entry.path("type").asText(),
            entry.path("bytes").asLong(),
            entry.has("commands")
                ? "  commands %,d (%,d bytes)"
                    .formatted(entry.path("commands").asLong(), entry.path("commandBytes").asLong())
                : entry.has("voters") ? "  " + members(entry) : "");
  }

  private static String members(ObjectNode json) {
    List<String> parts = new ArrayList<>();
    for (String part : List.of("voters", "learners")) {
      List<String> peers = new ArrayList<>();
      json.path(part).forEach(peer -> peers.add(peer.asText()));
      if (!peers.isEmpty()) {
        parts.add(part + " " + String.join(" ", peers));
      }
    }
    return String.join(", ", parts);
  }

  private static void putContent(Entry entry, ObjectNode json) {
    if (entry.type() == EntryType.COMMANDS) {
      put(StoredForms.HERE.commands(entry.payload()), json);
    } else if (entry.type() == EntryType.CONFIGURATION) {
      put(Membership.fromBytes(entry.payload()), json);
    }
  }

  private static void put(List<Bytes> commands, ObjectNode json) {
    json.put("commands", commands.size())
        .put("commandBytes", commands.stream().mapToLong(Bytes::length).sum());
  }

  private static void put(Membership members, ObjectNode json) {
    ArrayNode voters = json.putArray("voters");
    members.voters().forEach(peer -> voters.add(peer.value()));
    ArrayNode learners = json.putArray("learners");
    members.learners().forEach(peer -> learners.add(peer.value()));
  }

  /** Ids are strings outside, whatever they are inside. */
  private static String number(GroupId group) {
    return Integer.toString(group.value());
  }

  private static String name(EntryType type) {
    return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static ObjectNode object() {
    return Console.MAPPER.createObjectNode();
  }
}
