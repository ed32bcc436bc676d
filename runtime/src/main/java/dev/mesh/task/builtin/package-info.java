/**
 * The kinds of tasks that every launched peer runs: {@code echo}, {@code sleep}, {@code sha256},
 * {@code wordcount} and, where it is allowed, {@code exec}. Begin with {@link
 * dev.mesh.task.builtin.Builtins}.
 */
package dev.mesh.task.builtin;
