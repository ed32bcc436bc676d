package dev.mesh.task;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Numbers made of tasks that are the same at every peer and in every version. */
final class Digests {
  private Digests() {}

  /** The ledger, of {@code ledgers}, that keeps the task of this id (FNV-1a over its letters). */
  static int ledgerOf(String id, int ledgers) {
    int hash = 0x811c9dc5;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x01000193;
    }
    return Math.floorMod(hash ^ (hash >>> 16), ledgers);
  }

  /** Tells apart tasks of one id: the first 8 bytes of a SHA-256 of all but the id. */
  static long content(Task task) {
    MessageDigest sha = sha256();
    String head =
        String.join(
            "\n",
            task.kind(),
            task.placement().name(),
            Integer.toString(task.priority()),
            Integer.toString(task.retries()),
            task.deadline().map(time -> Long.toString(time.toEpochMilli())).orElse(""),
            String.join(",", task.capabilities()),
            "");
    sha.update(head.getBytes(StandardCharsets.UTF_8));
    sha.update(task.payload().buffer());
    return ByteBuffer.wrap(sha.digest()).getLong();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
