/**
 * The command line {@code mesh}. All commands but {@code up} are clients of a peer's HTTP server
 * and hold no rule of the mesh. Begin with {@link dev.mesh.cli.Main}, which lists the commands; a
 * command asks by {@link dev.mesh.cli.MeshClient} and speaks by {@link dev.mesh.cli.Console}.
 */
package dev.mesh.cli;
