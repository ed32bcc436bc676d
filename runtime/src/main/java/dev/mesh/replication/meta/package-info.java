/**
 * Who keeps the mesh's directory true and its replicas where they are to be: {@link
 * dev.mesh.replication.meta.Steward}, at the peer that leads group 0. What it decides is in {@link
 * dev.mesh.protocols.placement.ReplicaPlan}.
 */
package dev.mesh.replication.meta;
