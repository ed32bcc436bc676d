package dev.mesh.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * Where and how a peer answers HTTP: the section {@code mesh.http} of the configuration.
 *
 * @param host the interface to bind; only a loopback one may go without a token
 * @param port 0 to 65,535; 0 takes a free one
 * @param token the bearer token that every request must carry, where one is set
 * @param maxBody bytes of a JSON body, and of one line of NDJSON; more is refused
 * @param maxWait the longest that {@code ?wait=} holds a request; longer waits are cut to it
 * @param batchTasks how many lines of NDJSON are submitted together at most
 * @param batchBytes how many bytes of NDJSON are submitted together, apart from one line's excess
 */
public record HttpSettings(
    String host,
    int port,
    Optional<String> token,
    long maxBody,
    Duration maxWait,
    int batchTasks,
    long batchBytes) {

  /**
   * @throws ConfigException naming the key that is missing or wrong
   */
  public HttpSettings {
    check(port >= 0 && port <= 65_535, "port", port, "is not in 0 to 65535");
    check(maxBody >= 1024, "max-body", maxBody, "is less than 1 KiB");
    check(maxBody <= 1 << 30, "max-body", maxBody, "is more than 1 GiB");
    check(!maxWait.isNegative() && maxWait.toHours() < 1, "max-wait", maxWait, "is not in 0 to 1h");
    check(batchTasks >= 1, "batch-tasks", batchTasks, "is less than 1");
    check(batchBytes >= 1, "batch-bytes", batchBytes, "is less than 1 byte");
    check(
        token.isPresent() || isLoopback(host),
        "host",
        host,
        "can be reached from other machines, so mesh.http.token must be set as well");
  }

  /** Reads {@code mesh.http} of {@code config}. */
  public static HttpSettings of(Config config) {
    Config http = config.getConfig("mesh.http");
    return new HttpSettings(
        http.getString("host"),
        http.getInt("port"),
        Optional.of(http.getString("token")).filter(text -> !text.isBlank()),
        http.getBytes("max-body"),
        http.getDuration("max-wait"),
        http.getInt("batch-tasks"),
        http.getBytes("batch-bytes"));
  }

  /** Whether only this machine can reach the server. */
  public boolean loopback() {
    return isLoopback(host);
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigException.BadValue(
          "mesh.http.host", "'" + host + "' is no address of this machine", e);
    }
  }

  private static void check(boolean valid, String key, Object value, String problem) {
    if (!valid) {
      throw new ConfigException.BadValue("mesh.http." + key, "'" + value + "' " + problem);
    }
  }
}
