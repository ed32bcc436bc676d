/**
 * What group 0 replicates: the {@link dev.mesh.protocols.placement.Directory} of the mesh. Begin
 * with {@link dev.mesh.persistence.replicated.meta.MetaMachine} and {@link
 * dev.mesh.persistence.replicated.meta.MetaCommand}; {@code DirectoryRules} says what each command
 * does.
 */
package dev.mesh.persistence.replicated.meta;
