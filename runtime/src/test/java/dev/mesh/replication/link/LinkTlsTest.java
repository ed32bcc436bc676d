package dev.mesh.replication.link;

import static dev.mesh.replication.link.Ends.A;
import static dev.mesh.replication.link.Ends.B;
import static dev.mesh.replication.link.Ends.heartbeat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams that are secured as Pekko's remoting is. There are two certificates, each its own issuer:
 * the mesh's, and a stranger's.
 */
class LinkTlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir static Path folder;

  private static Path ours;
  private static Path strangers;

  private final Ends ends = new Ends();
  private final List<ActorSystem> systems = new ArrayList<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    ours = certificate("ours");
    strangers = certificate("strangers");
  }

  /** A key store with a key and its certificate; as a trust store it trusts that certificate. */
  private static Path certificate(String name) throws IOException, InterruptedException {
    Path store = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-keyalg",
                "RSA",
                "-ext",
                "bc:c",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, keytool.waitFor(), output);
    return store;
  }

  @AfterEach
  void stop() {
    ends.close();
    systems.forEach(ActorSystem::terminate);
  }

  private LinkTls tls(Path own, Path trusted) {
    ActorSystem system =
        ActorSystem.create(
            "tls",
            ConfigFactory.parseString(
                    """
                    pekko.loglevel = OFF
                    pekko.remote.artery.transport = tls-tcp
                    pekko.remote.artery.ssl.config-ssl-engine {
                      key-store = "%1$s", key-store-password = "%3$s", key-password = "%3$s"
                      trust-store = "%2$s", trust-store-password = "%3$s"
                    }
                    """
                        .formatted(own, trusted, PASSWORD))
                .withFallback(ConfigFactory.load()));
    systems.add(system);
    return LinkTls.of(system);
  }

  @Test
  void peersThatTrustOneAnotherTalk() {
    Ends.End a = ends.open(A, Ends.MESH, 0, tls(ours, ours));
    Ends.End b = ends.open(B, Ends.MESH, 0, tls(ours, ours));
    a.send(B, heartbeat(1));
    b.send(A, heartbeat(2));
    await().until(() -> a.received.size() == 1 && b.received.size() == 1);
    assertEquals(heartbeat(1), b.received.get(0).message());
    assertEquals(heartbeat(2), a.received.get(0).message());
  }

  @Test
  void whoeverCannotShowATrustedCertificateIsRefused() {
    assertRefused(tls(strangers, ours));
  }

  @Test
  void whoeverDoesNotTrustThePeerSaysNothingToIt() {
    assertRefused(tls(ours, strangers));
  }

  @Test
  void streamsInTheClearAreRefused() {
    assertRefused(LinkTls.NONE);
  }

  /** It connects, is refused, and seeks the peer again; none of what it sends arrives. */
  private void assertRefused(LinkTls caller) {
    Ends.End a = ends.open(A, Ends.MESH, 0, caller);
    Ends.End b = ends.open(B, Ends.MESH, 0, tls(ours, ours));
    await()
        .until(
            () -> {
              a.send(B, heartbeat(1));
              return a.sought.size() > 2;
            });
    assertTrue(b.received.isEmpty());
  }
}
