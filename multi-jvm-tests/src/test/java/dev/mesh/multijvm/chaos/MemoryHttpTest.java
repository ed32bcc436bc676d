package dev.mesh.multijvm.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mesh.multijvm.history.Answer;
import dev.mesh.multijvm.history.Call;
import dev.mesh.multijvm.testkit.PeerAddress;
import dev.mesh.multijvm.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryHttpTest {
  private final FakeMemory memory = new FakeMemory();
  private final MemoryHttp http = new MemoryHttp("ns", Duration.ofSeconds(30));

  @AfterEach
  void close() {
    http.close();
    memory.close();
  }

  private Answer send(Call call) {
    return http.send(memory.address(), call);
  }

  @Test
  void answersSayWhatWasDone() {
    assertEquals(new Answer.Absent(), send(new Call.Get("x")));
    assertEquals(new Answer.Written(1), send(new Call.Put("x", "a")));
    assertEquals(new Answer.Found("a", 1), send(new Call.Get("x")));
    assertEquals(new Answer.Written(2), send(new Call.CompareAndSet("x", 1, "b")));
    assertEquals(new Answer.Mismatch(), send(new Call.CompareAndSet("x", 1, "c")));
    assertEquals(new Answer.Mismatch(), send(new Call.CompareAndSet("x", Call.ABSENT, "c")));
    assertEquals(new Answer.Deleted(), send(new Call.Delete("x")));
    assertEquals(new Answer.Absent(), send(new Call.Delete("x")));
    assertEquals(new Answer.Written(3), send(new Call.CompareAndSet("x", Call.ABSENT, "d")));
  }

  @Test
  void aRefusalIsFailedWhereItSaysSoAndUnknownOtherwise() {
    memory.misbehave(reply -> reply.with(503, "{\"error\":\"read-only\",\"outcomeKnown\":true}"));
    assertInstanceOf(Answer.Failed.class, send(new Call.Put("x", "a")));
    memory.misbehave(reply -> reply.with(429, "{\"error\":\"too-much\"}"));
    assertInstanceOf(Answer.Failed.class, send(new Call.Put("x", "a")));
    memory.misbehave(reply -> reply.with(503, "{\"outcomeKnown\":false}"));
    assertInstanceOf(Answer.Unknown.class, send(new Call.Put("x", "a")));
    memory.misbehave(reply -> reply.with(500, "{}"));
    assertInstanceOf(Answer.Unknown.class, send(new Call.Put("x", "a")));
    memory.misbehave(reply -> reply.with(0, ""));
    assertInstanceOf(Answer.Unknown.class, send(new Call.Put("x", "a")));
  }

  @Test
  void anAnswerOutsideTheInterfaceIsAnError() {
    memory.misbehave(reply -> reply.with(404, "{}"));
    assertThrows(AssertionError.class, () -> send(new Call.Put("x", "a")));
    memory.misbehave(reply -> reply.with(200, "{}")); // neither an ETag nor a version
    assertThrows(AssertionError.class, () -> send(new Call.Get("y")));
    assertThrows(AssertionError.class, () -> send(new Call.Put("x", "a")));
  }

  @Test
  void noConnectionMeansNotDoneAndNoAnswerMeansUnknown() throws IOException {
    PeerAddress nobody = PeerAddress.local(Ports.free());
    assertInstanceOf(Answer.Failed.class, http.send(nobody, new Call.Put("x", "a")));

    // It takes connections, as a frozen process does, and says nothing.
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        MemoryHttp impatient = new MemoryHttp("ns", Duration.ofMillis(100))) {
      PeerAddress frozen = PeerAddress.local(silent.getLocalPort());
      assertInstanceOf(Answer.Unknown.class, impatient.send(frozen, new Call.Put("x", "a")));
    }
  }
}
