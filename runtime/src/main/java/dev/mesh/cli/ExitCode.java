package dev.mesh.cli;

/** How a command ended. Scripts rely on these numbers. */
public final class ExitCode {
  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int WRONG_USAGE = 2;

  /** No peer can be reached, or those that can reach no majority. */
  public static final int NO_QUORUM = 3;

  public static final int TIMED_OUT = 4;

  /** The work is over, and some of its tasks have no result. */
  public static final int SOME_FAILED = 5;

  private ExitCode() {}
}
