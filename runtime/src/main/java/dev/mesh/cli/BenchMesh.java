package dev.mesh.cli;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Three peers that replicate a counter, each a process of its own, and the ways to it. */
final class BenchMesh implements AutoCloseable {
  static final int REPLICAS = 3;

  private static final Duration READY = Duration.ofMinutes(2);
  private static final int CONNECT_MILLIS = 200;
  private static final int ANSWER_MILLIS = 2000;
  private static final long LOOK_MILLIS = 20;

  private final Path folder;
  private final Path fronts;
  private final LocalMesh mesh;
  private final Thread onSignal;

  /**
   * Prepares the peers; none is started.
   *
   * @param settings for each peer, in HOCON
   */
  BenchMesh(String settings) {
    folder = BenchOptions.temporaryFolder();
    fronts = folder.resolve("fronts");
    Folders.create(fronts);
    List<String> command = new ArrayList<>(DemoCommand.launcher());
    command.addAll(List.of("bench", "raft-peer", "--fronts", fronts.toString()));
    mesh = new LocalMesh(command, "", folder, REPLICAS, settings);
    onSignal = new Thread(mesh::stop, "bench-stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
  }

  void start() {
    mesh.startAll();
    mesh.awaitReady(READY);
  }

  /** A peer that was killed, on its own folder. */
  void startAgain(int peer) {
    mesh.start(peer);
    mesh.awaitReady(READY);
  }

  LocalMesh peers() {
    return mesh;
  }

  /** The peer whose replica leads, found by having it commit a command. */
  int awaitLeader() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < READY.toNanos()) {
      for (int peer = 0; peer < REPLICAS; peer++) {
        if (commits(peer)) {
          return peer;
        }
      }
      LocalMesh.pause(LOOK_MILLIS);
    }
    throw new CliException(ExitCode.TIMED_OUT, "nobody leads the group within " + READY);
  }

  private boolean commits(int peer) {
    OptionalInt port = front(peer);
    return port.isPresent() && ask(port.getAsInt(), new byte[1]) > 0;
  }

  /** Where the front of a peer is; empty as long as it has none. */
  OptionalInt front(int peer) {
    Path file = fronts.resolve(mesh.name(peer));
    try {
      return Files.exists(file)
          ? OptionalInt.of(Integer.parseInt(Files.readString(file)))
          : OptionalInt.empty();
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, file + " cannot be read: " + e);
    }
  }

  /** Forgets the front of a peer that is killed: its next life has another. */
  void forgetFront(int peer) {
    Folders.delete(fronts.resolve(mesh.name(peer)));
  }

  /** The syncs of all peers' disks so far. */
  long syncs() {
    long all = 0;
    for (int peer = 0; peer < REPLICAS; peer++) {
      all += ask(front(peer).orElseThrow(), new byte[0]);
    }
    return all;
  }

  /** One request; {@link BenchFront#NOT_DONE} if there is no answer. */
  static long ask(int port, byte[] payload) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.setTcpNoDelay(true);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      byte[] request = new byte[BenchFront.REQUEST_HEADER + payload.length];
      ByteBuffer.wrap(request).putInt(payload.length).putLong(1).put(payload);
      out.write(request);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      in.readLong();
      return in.readLong();
    } catch (IOException e) {
      return BenchFront.NOT_DONE;
    }
  }

  @Override
  public void close() {
    mesh.killAll();
    Folders.delete(folder);
    DemoCommand.forget(onSignal);
  }
}
