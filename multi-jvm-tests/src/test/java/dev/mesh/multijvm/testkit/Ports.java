package dev.mesh.multijvm.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free TCP ports on the loopback address, each given once. They lie below the range from which
 * systems take the ports of outgoing connections, so that none of those takes the port of a peer
 * that is down for a while. Thread-safe.
 */
public final class Ports {
  private static final int FIRST = 12_000;
  private static final int LAST = 31_999;

  private static int next = ThreadLocalRandom.current().nextInt(FIRST, LAST);

  private Ports() {}

  /**
   * A port that is free now.
   *
   * @throws AssertionError if there is none
   */
  public static synchronized int free() {
    for (int tried = FIRST; tried <= LAST; tried++) {
      int port = next;
      next = next == LAST ? FIRST : next + 1;
      if (isFree(port)) {
        return port;
      }
    }
    throw new AssertionError("no free port in " + FIRST + " to " + LAST);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
