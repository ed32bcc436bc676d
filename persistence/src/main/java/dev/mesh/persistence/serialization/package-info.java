/**
 * How what peers say and remember becomes bytes. Two markers name two kinds of records:
 *
 * <ul>
 *   <li>{@link dev.mesh.persistence.serialization.WireMessage}: sent between peers, by {@link
 *       dev.mesh.persistence.serialization.MeshSerializer} (an envelope with format version and
 *       mesh id around CBOR).
 *   <li>{@link dev.mesh.persistence.serialization.CborEvent}: persisted events and snapshots, by
 *       Pekko's own {@code jackson-cbor}.
 * </ul>
 *
 * Begin with those two; {@link dev.mesh.persistence.serialization.MeshJacksonModule} teaches
 * Jackson the base types. A field whose static type is a sealed interface needs Jackson's
 * {@code @JsonTypeInfo(use = NAME)} and {@code @JsonSubTypes} on that interface.
 *
 * <p><b>Evolution.</b> Version N reads what version N-1 wrote. Adding a component to a record needs
 * nothing: a missing one is read as {@code null}, 0 or an empty {@code Optional}, an unknown one is
 * skipped. To rename or remove a component, or to move a class, write a {@code
 * org.apache.pekko.serialization.jackson.JacksonMigration}, name it under {@code
 * pekko.serialization.jackson.migrations}, and Pekko stores its version in the manifest of each
 * event from then on. Messages have no migrations: a change that the other side could not read
 * takes a new record, or the next version of the envelope.
 */
package dev.mesh.persistence.serialization;
