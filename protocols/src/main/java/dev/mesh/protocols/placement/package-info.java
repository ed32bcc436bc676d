/**
 * Who runs what. {@link dev.mesh.protocols.placement.PlacementRule} is the seam: a batch of offers
 * and the bids of the peers that answered go in, awards come out. Its rules are {@link
 * dev.mesh.protocols.placement.Auction}, {@link dev.mesh.protocols.placement.HashPlacement} on the
 * {@link dev.mesh.protocols.placement.Ring}, and {@link
 * dev.mesh.protocols.placement.CapabilityPlacement}; {@link dev.mesh.protocols.placement.BidRound}
 * gathers the bids.
 *
 * <p>Who holds what. {@link dev.mesh.protocols.placement.Directory} is what a mesh knows of itself;
 * {@link dev.mesh.protocols.placement.Replicas} says which peers are to hold a group, and {@link
 * dev.mesh.protocols.placement.ReplicaPlan} how its replicas get there.
 */
package dev.mesh.protocols.placement;
