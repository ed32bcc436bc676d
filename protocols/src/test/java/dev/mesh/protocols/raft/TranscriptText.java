package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How transcripts put things. An entry is written index/term. */
final class TranscriptText {
  private TranscriptText() {}

  /** Empty for what a transcript does not show: timers, and a host's housekeeping. */
  static String of(Effect effect) {
    if (effect instanceof Effect.Send it) {
      return "-> " + it.to() + ": " + of(it.message());
    } else if (effect instanceof Effect.RoleChanged it) {
      return "is " + it.role() + " in term " + it.term() + leader(it.role(), it.leader());
    } else if (effect instanceof Effect.Persist it) {
      return "writes "
          + it.records().stream().map(TranscriptText::of).collect(Collectors.joining("; "));
    } else if (effect instanceof Effect.Apply it) {
      return "applies " + entries(it.entries());
    } else if (effect instanceof Effect.Proposed it) {
      return "takes proposal " + it.id() + " as " + it.index() + "/" + it.term();
    } else if (effect instanceof Effect.Refused it) {
      return "refuses " + it.id() + ": " + it.why();
    } else if (effect instanceof Effect.ReadReady it) {
      return "answers read " + it.id() + " at " + it.index();
    } else if (effect instanceof Effect.Reconfigured it) {
      return "has made change " + it.id() + ", committed as " + it.index();
    } else if (effect instanceof Effect.LeadershipTransferred it) {
      return "has handed over, as " + it.id() + " asked";
    } else if (effect instanceof Effect.InstallSnapshot it) {
      return "installs the snapshot at " + of(it.mark());
    }
    return "";
  }

  static String of(Raft raft) {
    StringBuilder log = new StringBuilder();
    for (long index = raft.firstIndex(); index <= raft.lastIndex(); index++) {
      log.append(' ').append(entry(raft.entryAt(index)));
    }
    return String.format(
        "%s term %d, log after %d:%s, committed %d",
        raft.role(), raft.term(), raft.firstIndex() - 1, log, raft.commitIndex());
  }

  private static String of(Message message) {
    if (message instanceof Message.PreVoteRequest it) {
      return "pre-vote for term " + it.term() + "? log to " + it.lastIndex() + "/" + it.lastTerm();
    } else if (message instanceof Message.PreVoteResponse it) {
      return "pre-vote " + (it.granted() ? "yes" : "no") + ", term " + it.term();
    } else if (message instanceof Message.VoteRequest it) {
      return "vote for term "
          + it.term()
          + "? log to "
          + it.lastIndex()
          + "/"
          + it.lastTerm()
          + (it.transfer() ? ", the leader wants it" : "");
    } else if (message instanceof Message.VoteResponse it) {
      return "vote " + (it.granted() ? "yes" : "no") + ", term " + it.term();
    } else if (message instanceof Message.AppendEntries it) {
      String what = it.entries().isEmpty() ? "heartbeat" : "append " + entries(it.entries());
      return what
          + " after "
          + it.prevIndex()
          + "/"
          + it.prevTerm()
          + ", term "
          + it.term()
          + ", committed "
          + it.leaderCommit();
    } else if (message instanceof Message.AppendAccepted it) {
      return "accepted to " + it.matchIndex() + ", term " + it.term();
    } else if (message instanceof Message.AppendRejected it) {
      return "rejected after "
          + it.prevIndex()
          + ", term "
          + it.term()
          + ": here begins term "
          + it.conflictTerm()
          + " at "
          + it.conflictIndex();
    } else if (message instanceof Message.InstallSnapshot it) {
      return "snapshot at "
          + of(it.mark())
          + ", bytes from "
          + it.offset()
          + ", term "
          + it.term()
          + (it.last() ? ", the last" : "");
    } else if (message instanceof Message.SnapshotProgress it) {
      return "snapshot at "
          + of(it.mark())
          + switch (it.state()) {
            case TAKEN -> " wanted from " + it.nextOffset();
            case DAMAGED -> " damaged, wanted again from " + it.nextOffset();
            case DONE -> " is in";
          }
          + ", term "
          + it.term();
    }
    if (message instanceof Message.TimeoutNow it) {
      return "campaign now, term " + it.term();
    }
    throw new IllegalArgumentException("unknown message " + message);
  }

  private static String of(LogRecord record) {
    if (record instanceof LogRecord.TermAndVote it) {
      return "term " + it.state().term() + it.state().vote().map(v -> " vote " + v).orElse("");
    } else if (record instanceof LogRecord.Appended it) {
      return "append " + entries(it.entries());
    } else if (record instanceof LogRecord.Truncated it) {
      return "truncate from " + it.fromIndex();
    } else if (record instanceof LogRecord.CompactedTo it) {
      return it.mark().index() == 0
          ? "members " + members(it.mark().membership())
          : "compact to " + of(it.mark());
    } else if (record instanceof LogRecord.SnapshotInstalled it) {
      return "snapshot at " + of(it.mark());
    }
    throw new IllegalArgumentException("unknown record " + record);
  }

  private static String of(SnapshotMark mark) {
    return mark.index() + "/" + mark.term();
  }

  private static String entries(List<Entry> entries) {
    return entries.stream().map(TranscriptText::entry).collect(Collectors.joining(" "));
  }

  private static String entry(Entry entry) {
    String text =
        switch (entry.type()) {
          case NO_OP -> "";
          case COMMANDS -> "(" + entry.payload().asUtf8() + ")";
          case CONFIGURATION -> " " + members(Membership.fromBytes(entry.payload()));
        };
    return entry.index() + "/" + entry.term() + text;
  }

  /** Voters, and after a "+" learners. */
  private static String members(Membership membership) {
    String voters = names(membership.voters());
    return membership.learners().isEmpty()
        ? "{" + voters + "}"
        : "{" + voters + " + " + names(membership.learners()) + "}";
  }

  private static String names(List<PeerId> peers) {
    return peers.stream().map(PeerId::value).collect(Collectors.joining(" "));
  }

  private static String leader(Role role, Optional<PeerId> leader) {
    return role == Role.FOLLOWER ? leader.map(it -> " of " + it).orElse(" of nobody") : "";
  }
}
