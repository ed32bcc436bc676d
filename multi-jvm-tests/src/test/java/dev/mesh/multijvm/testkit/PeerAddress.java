package dev.mesh.multijvm.testkit;

import java.net.URI;
import java.net.http.HttpRequest;

/**
 * Where clients reach a peer.
 *
 * @param token what requests carry as their bearer token; empty for none
 */
public record PeerAddress(URI base, String token) {
  /** A peer on a loopback address. */
  public static PeerAddress local(int port) {
    return new PeerAddress(URI.create("http://127.0.0.1:" + port), "");
  }

  /** A request to a path of this peer. */
  public HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }
}
