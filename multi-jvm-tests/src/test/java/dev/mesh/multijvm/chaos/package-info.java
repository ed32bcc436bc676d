/**
 * The shared memory under load while peers are killed, frozen and cut off from one another. Begin
 * with {@link dev.mesh.multijvm.chaos.ChaosRun}: clients ({@link
 * dev.mesh.multijvm.chaos.MemoryLoad}) write down what they are answered, faults ({@link
 * dev.mesh.multijvm.chaos.Fault}) come and go, and in the end the history is judged.
 */
package dev.mesh.multijvm.chaos;
