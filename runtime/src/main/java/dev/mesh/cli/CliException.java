package dev.mesh.cli;

/** Ends a command with a message for the user and an exit code of {@link ExitCode}. */
public class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  public CliException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }

  static CliException wrongUsage(String message) {
    return new CliException(ExitCode.WRONG_USAGE, message);
  }
}
