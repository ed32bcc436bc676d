/**
 * Pekko Persistence queries of the replicated journal, plugin id {@code
 * mesh.persistence.replicated.query}. Begin with {@link
 * dev.mesh.persistence.replicated.query.ReplicatedReadJournal}; {@link
 * dev.mesh.persistence.replicated.query.SliceOffset} says what an offset is.
 */
package dev.mesh.persistence.replicated.query;
