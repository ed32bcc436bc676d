package dev.mesh.multijvm.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Hosts on one network in the memory of a Linux machine: a network namespace for each, joined by a
 * bridge. What one sends to another can be lost, whatever the connection and the port: a cut gives
 * the sender a hardware address that nobody has. The process that makes the network must live in a
 * network namespace of its own, see {@link #isolation}; all is gone when that process ends. Used by
 * one thread.
 */
public final class VirtualNetwork implements AutoCloseable {
  private static final List<List<String>> ISOLATIONS =
      List.of(
          List.of("unshare", "--net"), List.of("unshare", "--user", "--map-root-user", "--net"));
  private static final String BRIDGE = "br0";
  private static final String NOBODY = "02:00:00:00:00:fe";
  private static final int OWN_NUMBER = 254;

  /** Does once all that is done later. */
  private static final String TRIAL =
      "ip link add name pair type veth && ip link add name bridge type bridge && nsenter -V";

  private static final long COMMAND_SECONDS = 30;

  private final List<Process> holders = new ArrayList<>();

  private VirtualNetwork() {}

  /**
   * The command that executes another one in a network namespace of its own, where that may make
   * networks. Empty if this machine or this user cannot do that: it takes Linux with iproute2 and
   * util-linux, and root's rights or user namespaces.
   */
  public static Optional<List<String>> isolation() {
    return ISOLATIONS.stream().filter(VirtualNetwork::works).findFirst();
  }

  private static boolean works(List<String> isolation) {
    List<String> command = new ArrayList<>(isolation);
    command.addAll(List.of("sh", "-c", TRIAL));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Makes hosts, and joins this process's namespace to their network.
   *
   * @param hosts fewer than 200
   */
  public static VirtualNetwork of(int hosts) {
    run("ip", "link", "set", "lo", "up");
    run("ip", "link", "add", BRIDGE, "type", "bridge");
    run("ip", "address", "add", address(OWN_NUMBER) + "/24", "dev", BRIDGE);
    run("ip", "link", "set", BRIDGE, "up");
    VirtualNetwork network = new VirtualNetwork();
    for (int host = 0; host < hosts; host++) {
      network.add(host);
    }
    return network;
  }

  private void add(int host) {
    Process holder = hold();
    holders.add(holder);
    String port = "port" + host;
    run(
        "ip link add %s type veth peer name eth0 address %s netns %d"
            .formatted(port, hardwareAddress(host), holder.pid())
            .split(" "));
    run("ip", "link", "set", port, "master", BRIDGE, "up");
    runAt(host, "ip", "link", "set", "lo", "up");
    runAt(host, "ip", "address", "add", address(host + 1) + "/24", "dev", "eth0");
    runAt(host, "ip", "link", "set", "eth0", "up");
  }

  /** A process that keeps a namespace until this process ends or closes it. */
  private static Process hold() {
    try {
      Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; cat").start();
      if (holder.getInputStream().read() < 0) {
        throw new AssertionError(
            "no network namespace: " + new String(holder.getErrorStream().readAllBytes(), UTF_8));
      }
      return holder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where peers can live, in the order of their numbers. */
  public List<TestMesh.Host> hosts() {
    List<TestMesh.Host> hosts = new ArrayList<>();
    for (int host = 0; host < holders.size(); host++) {
      hosts.add(new TestMesh.Host(address(host + 1), at(host)));
    }
    return hosts;
  }

  /** From now on nothing that one host sends reaches the other; the other way is not touched. */
  public void cut(int from, int to) {
    neighbour(from, to, NOBODY);
  }

  /** From now on what one host sends reaches the other again. */
  public void heal(int from, int to) {
    neighbour(from, to, hardwareAddress(to));
  }

  private void neighbour(int from, int to, String hardwareAddress) {
    runAt(
        from,
        "ip neighbour replace %s lladdr %s nud permanent dev eth0"
            .formatted(address(to + 1), hardwareAddress)
            .split(" "));
  }

  private static String address(int number) {
    return "10.77.0." + number;
  }

  private static String hardwareAddress(int host) {
    return "02:00:00:00:01:%02x".formatted(host);
  }

  private List<String> at(int host) {
    return List.of("nsenter", "--target", Long.toString(holders.get(host).pid()), "--net");
  }

  private void runAt(int host, String... command) {
    List<String> there = new ArrayList<>(at(host));
    there.addAll(List.of(command));
    run(there.toArray(String[]::new));
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError(String.join(" ", command) + " failed: " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    holders.forEach(Process::destroyForcibly);
  }
}
