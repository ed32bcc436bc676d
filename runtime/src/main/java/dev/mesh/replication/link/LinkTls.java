package dev.mesh.replication.link;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import scala.Option;

/**
 * How streams are secured: exactly as Pekko's remoting is. With {@code
 * pekko.remote.artery.transport = tls-tcp} the same provider makes the engines, so keys, trusted
 * certificates and their rotation are configured once. Thread-safe.
 */
public interface LinkTls {
  /** Streams in the clear. */
  LinkTls NONE =
      new LinkTls() {
        @Override
        public void serve(SocketChannel channel) {}

        @Override
        public void connect(SocketChannel channel, String host, int port) {}
      };

  /** Secures a stream that another peer has opened. */
  void serve(SocketChannel channel);

  /** Secures a stream that this peer opens. */
  void connect(SocketChannel channel, String host, int port);

  /**
   * What the actor system's remoting does.
   *
   * @throws ConfigException if its provider of engines cannot be made
   */
  static LinkTls of(ActorSystem system) {
    Config artery = system.settings().config().getConfig("pekko.remote.artery");
    if (!artery.getString("transport").equals("tls-tcp")) {
      return NONE;
    }
    String name = artery.getString("ssl.ssl-engine-provider");
    try {
      return with(
          Class.forName(name)
              .asSubclass(SSLEngineProvider.class)
              .getConstructor(ActorSystem.class)
              .newInstance(system));
    } catch (ReflectiveOperationException e) {
      throw new ConfigException.BadValue(
          "pekko.remote.artery.ssl.ssl-engine-provider", name + " cannot be made", e);
    }
  }

  private static LinkTls with(SSLEngineProvider engines) {
    return new LinkTls() {
      @Override
      public void serve(SocketChannel channel) {
        String host = channel.localAddress().getHostString();
        SSLEngine engine = engines.createServerSSLEngine(host, channel.localAddress().getPort());
        String client = channel.remoteAddress().getHostString();
        secure(channel, engine, session -> engines.verifyServerSession(client, session));
      }

      @Override
      public void connect(SocketChannel channel, String host, int port) {
        SSLEngine engine = engines.createClientSSLEngine(host, port);
        secure(channel, engine, session -> engines.verifyClientSession(host, session));
      }
    };
  }

  /** The provider has the last word on a session, once hands are shaken. */
  @SuppressWarnings("FutureReturnValueIgnored") // that it is closed is told by its end
  private static void secure(
      SocketChannel channel, SSLEngine engine, Function<SSLSession, Option<Throwable>> verify) {
    SslHandler handler = new SslHandler(engine);
    handler
        .handshakeFuture()
        .addListener(
            shaken -> {
              if (shaken.isSuccess() && verify.apply(engine.getSession()).isDefined()) {
                channel.close();
              }
            });
    channel.pipeline().addLast(handler);
  }
}
