package dev.mesh.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may call a server without a token: requests that name this machine as their host. */
class GuardTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 200",
    "localhost, 200",
    "[::1], 200",
    "mesh.attacker.example, 403",
    "127.0.0.1.attacker.example, 403"
  })
  void aHostThatIsNotThisMachineIsRefused(String host, int status) throws IOException {
    try (FakePeer peer = FakePeer.start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), peer.port())) {
      String request = "GET /v1/health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String first = answer.readLine();
      assertTrue(first.startsWith("HTTP/1.1 " + status), first);
    }
  }
}
