/**
 * Hosts a machine that an application keeps in memory. {@link
 * dev.mesh.persistence.replicated.heap.HeapMachine} gives it the group's commands; its state is
 * stored now and then by {@code StateSaver}, and the group's log repeats what came after. Begin
 * with {@code HeapMachine}.
 */
package dev.mesh.persistence.replicated.heap;
