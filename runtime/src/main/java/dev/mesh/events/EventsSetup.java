package dev.mesh.events;

import org.apache.pekko.actor.setup.Setup;

/** Gives an actor system the events of its process: they outlive it where it is replaced. */
public final class EventsSetup extends Setup {
  private final MeshEvents events;

  public EventsSetup(MeshEvents events) {
    this.events = events;
  }

  public MeshEvents events() {
    return events;
  }
}
