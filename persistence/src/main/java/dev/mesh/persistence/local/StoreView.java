package dev.mesh.persistence.local;

/**
 * A store as it was at one moment, for reading a large range in pieces. An open view keeps deleted
 * data on disk: close it soon. A view ends with its store. One thread at a time may use it.
 */
public interface StoreView extends StoreReader, AutoCloseable {
  @Override
  void close();
}
