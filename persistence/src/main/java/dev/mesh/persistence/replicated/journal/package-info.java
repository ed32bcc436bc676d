/**
 * A Pekko Persistence journal and snapshot store that a group of peers keeps together, plugin ids
 * {@code mesh.persistence.replicated.journal} and {@code
 * mesh.persistence.replicated.snapshot-store}.
 *
 * <p>{@link dev.mesh.persistence.replicated.journal.JournalMachine} is the replicated state, part 0
 * of a group's {@link dev.mesh.persistence.replicated.CompositeMachine}: begin there, with {@link
 * dev.mesh.persistence.replicated.journal.JournalCommand}. {@link
 * dev.mesh.persistence.replicated.journal.ReplicatedJournal} and {@link
 * dev.mesh.persistence.replicated.journal.ReplicatedSnapshotStore} are the plugins; both speak to
 * the group through {@code JournalClient}.
 *
 * <p><b>Fencing.</b> A recovery first commits a claim, which gives the persistence id its next
 * epoch; whatever carries an earlier epoch is refused from then on. The first append of an epoch
 * binds its writer. An append names the sequence number that it follows, so that even a writer that
 * should not be there can never fork the events.
 */
package dev.mesh.persistence.replicated.journal;
