package dev.mesh.cli;

import picocli.CommandLine.Option;

/** Which part of the shared memory a command is about. */
final class KvOptions {
  static final String STALE =
      "What the nearest replica has: needs no majority, and may be out of date.";

  @Option(
      names = {"-n", "--namespace"},
      defaultValue = "default",
      description = "Where the key is (default).")
  private String namespace;

  /** The namespace's route. */
  String path() {
    return "/v1/memory/" + Ids.inPath(namespace);
  }

  /** The key's route. */
  String path(String key) {
    if (key.isEmpty()) {
      throw CliException.wrongUsage("the key is empty; give it a name");
    }
    return path() + "/" + Ids.inPath(key);
  }
}
