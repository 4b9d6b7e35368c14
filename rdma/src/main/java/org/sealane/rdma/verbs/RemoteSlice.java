package org.sealane.rdma.verbs;

/**
 * Memory of a peer, as the peer described it. Whether the peer grants it is only known from the
 * completion of a request that uses it.
 *
 * @param address what the key's owner calls the first byte, unsigned
 * @param key the rights to it
 * @param lengthBytes bytes from there on, not negative
 */
public record RemoteSlice(long address, RemoteKey key, int lengthBytes) {
  public RemoteSlice {
    if (lengthBytes < 0) {
      throw new IllegalArgumentException("remote slice of " + lengthBytes + " bytes");
    }
  }
}
