/**
 * The shared memory: values under keys, in namespaces, each with a version. {@link
 * dev.mesh.persistence.replicated.memory.MemoryMachine} is the replicated state and part 1 of a
 * group's {@link dev.mesh.persistence.replicated.CompositeMachine}: begin there, with {@link
 * dev.mesh.persistence.replicated.memory.MemoryCommand} and {@link
 * dev.mesh.persistence.replicated.memory.MemoryQuery}. What an application calls is {@code
 * dev.mesh.memory} in the runtime.
 */
package dev.mesh.persistence.replicated.memory;
