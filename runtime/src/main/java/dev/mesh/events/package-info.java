/**
 * What a peer has noticed of its mesh: who came, who is suspected and by whom, who failed, who
 * leads, and what this peer could do when. {@link dev.mesh.events.MeshEvents} keeps the latest, for
 * as long as the process lives; begin there.
 */
package dev.mesh.events;
