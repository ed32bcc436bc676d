/**
 * Tasks: what they are ({@link dev.mesh.task.Task}, {@link dev.mesh.task.TaskView}), how they are
 * given to the mesh ({@link dev.mesh.task.Tasks}), who keeps them ({@code TaskLedger}, a sharded
 * entity over the pure {@code LedgerCore}) and who runs them ({@code WorkQueue}). Begin with {@link
 * dev.mesh.task.Tasks}, then follow a task through {@code LedgerCore}.
 */
package dev.mesh.task;
