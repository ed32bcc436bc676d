package dev.mesh.multijvm.shop;

/**
 * What is sent to other processes or kept in the journal: {@code shop.conf} binds it to Jackson.
 */
interface Message {}
