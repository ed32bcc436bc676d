/**
 * What clients asked and were answered, and whether one copy of the data could have answered so.
 * Begin with {@link dev.mesh.multijvm.history.Operation}; {@link
 * dev.mesh.multijvm.history.HistoryRecorder} writes them down as they happen and {@link
 * dev.mesh.multijvm.history.LinearizabilityChecker} judges them against a {@link
 * dev.mesh.multijvm.history.Model}.
 */
package dev.mesh.multijvm.history;
