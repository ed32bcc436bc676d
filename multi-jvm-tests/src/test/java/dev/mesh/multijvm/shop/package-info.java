/**
 * A small application that embeds the mesh: shopping carts, sharded and event-sourced, with no
 * database. {@link dev.mesh.multijvm.shop.Shop} starts it, {@code shop.conf} configures it, {@link
 * dev.mesh.multijvm.shop.Cart} is the entity. It uses nothing of the other tests.
 */
package dev.mesh.multijvm.shop;
