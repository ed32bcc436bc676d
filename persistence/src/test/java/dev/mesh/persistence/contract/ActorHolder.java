package dev.mesh.persistence.contract;

import org.apache.pekko.actor.ActorRef;

/** A payload that only serializes right if the plugin sets up the transport's address. */
public record ActorHolder(ActorRef ref) {}
