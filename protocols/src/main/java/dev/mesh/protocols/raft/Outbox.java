package dev.mesh.protocols.raft;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The effects that gather until the next flush. Of several settings of a timer the last counts. */
final class Outbox {
  private List<Effect> notices = new ArrayList<>();
  private List<Effect> actions = new ArrayList<>();
  private final Map<Timer, Effect> timers = new EnumMap<>(Timer.class);

  /** What the host is told; it comes before all that the host is asked to do. */
  void tell(Effect notice) {
    notices.add(notice);
  }

  void act(Effect action) {
    actions.add(action);
  }

  void send(PeerId to, Message message) {
    actions.add(new Effect.Send(to, message));
  }

  void setTimer(Timer timer, long afterMillis) {
    timers.put(timer, new Effect.SetTimer(timer, afterMillis));
  }

  void cancelTimer(Timer timer) {
    timers.put(timer, new Effect.CancelTimer(timer));
  }

  List<Effect> drain(Optional<Effect.Persist> write) {
    List<Effect> effects = notices;
    write.ifPresent(effects::add);
    effects.addAll(timers.values());
    effects.addAll(actions);
    notices = new ArrayList<>();
    actions = new ArrayList<>();
    timers.clear();
    return effects;
  }
}
