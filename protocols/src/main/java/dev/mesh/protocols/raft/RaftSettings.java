package dev.mesh.protocols.raft;

/**
 * The figures that a core runs by.
 *
 * @param electionTimeoutMinMillis silence after which a leader is taken for lost; for as long as
 *     this after its last word a peer votes for nobody else (thesis §4.2.3)
 * @param electionTimeoutMaxMillis a campaign begins at random between the two (§5.2)
 * @param heartbeatMillis between a leader's signs of life, well under the election time-out
 * @param maxBytesPerAppend entries in one message; an entry that is larger travels alone
 * @param maxInflightMessages appends to one follower without an answer yet
 * @param maxInflightEntries entries in them
 * @param maxInflightBytes the same in bytes; one message is always allowed
 * @param maxEntryBytes commands in one entry; a proposal that is larger is refused
 * @param maxUncommittedBytes a leader's uncommitted tail; beyond it proposals are refused
 * @param maxLogBytes entries held in memory because the state machine has not stored what they
 *     changed; beyond it a leader refuses proposals and a follower takes no more
 * @param maxBytesPerApply entries handed to the state machine in one effect, at least one entry
 * @param maxPendingReads linearizable reads without an answer yet; beyond it reads are refused
 * @param leaseReads whether a leader answers reads for a while after a majority has answered it,
 *     without asking again (thesis §6.4.1). Linearizable only as long as the clocks of the group
 *     run alike; all its members must have the same setting
 * @param leaseMarginMillis how much the clocks of two members may drift apart within an election
 *     time-out: a lease lasts that much less than {@code electionTimeoutMinMillis}
 */
public record RaftSettings(
    long electionTimeoutMinMillis,
    long electionTimeoutMaxMillis,
    long heartbeatMillis,
    int maxBytesPerAppend,
    int maxInflightMessages,
    int maxInflightEntries,
    long maxInflightBytes,
    int maxEntryBytes,
    long maxUncommittedBytes,
    long maxLogBytes,
    int maxBytesPerApply,
    int maxPendingReads,
    boolean leaseReads,
    long leaseMarginMillis) {
  public RaftSettings {
    positive("heartbeat", heartbeatMillis);
    positive("max-bytes-per-append", maxBytesPerAppend);
    positive("max-inflight-messages", maxInflightMessages);
    positive("max-inflight-entries", maxInflightEntries);
    positive("max-inflight-bytes", maxInflightBytes);
    positive("max-entry-bytes", maxEntryBytes);
    positive("max-uncommitted-bytes", maxUncommittedBytes);
    positive("max-bytes-per-apply", maxBytesPerApply);
    positive("max-pending-reads", maxPendingReads);
    positive("lease-margin", leaseMarginMillis);
    if (maxLogBytes < maxUncommittedBytes) {
      throw new IllegalArgumentException(
          "max-log-bytes of "
              + maxLogBytes
              + " is under max-uncommitted-bytes of "
              + maxUncommittedBytes
              + ": raise the one or lower the other");
    }
    if (electionTimeoutMinMillis < 2 * heartbeatMillis) {
      throw new IllegalArgumentException(
          "election time-out of at least "
              + electionTimeoutMinMillis
              + " ms is under twice the heartbeat of "
              + heartbeatMillis
              + " ms: raise the one or lower the other");
    }
    if (electionTimeoutMaxMillis <= electionTimeoutMinMillis) {
      throw new IllegalArgumentException(
          "election time-out of at most "
              + electionTimeoutMaxMillis
              + " ms leaves no room above the least, "
              + electionTimeoutMinMillis
              + " ms: raise it, twice the least is usual");
    }
    if (leaseReads && leaseMarginMillis >= electionTimeoutMinMillis) {
      throw new IllegalArgumentException(
          "a lease margin of "
              + leaseMarginMillis
              + " ms leaves nothing of the least election time-out, "
              + electionTimeoutMinMillis
              + " ms: lower it, a tenth is usual");
    }
  }

  /** How long a leader may answer reads after it asked a majority. */
  long leaseMillis() {
    return electionTimeoutMinMillis - leaseMarginMillis;
  }

  /** At least 2. */
  long heartbeatsPerElectionTimeout() {
    return electionTimeoutMinMillis / heartbeatMillis;
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ": it must be at least 1");
    }
  }
}
