package org.sealane.deploy.admin;

import java.io.IOException;
import java.io.OutputStream;

/** What a route answers. */
public sealed interface AdminReply {
  /** A record, sent as JSON. */
  record Value(Object value) implements AdminReply {}

  /** So many bytes. The server closes {@code content}, written or not. */
  record Stream(long lengthBytes, Content content) implements AdminReply {}

  /** Where a stream comes from. */
  @FunctionalInterface
  interface Content {
    /** Writes all of it; blocks. A failure half way breaks the connection. */
    void writeTo(OutputStream out) throws IOException, AdminException;

    /** Lets go of what it holds. */
    default void close() throws IOException {}
  }

  /** Done, with nothing to say. */
  record Done() implements AdminReply {}
}
