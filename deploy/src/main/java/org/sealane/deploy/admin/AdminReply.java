package org.sealane.deploy.admin;

import java.io.IOException;
import java.io.OutputStream;

/** What a route answers. */
public sealed interface AdminReply {
  /** A record, sent as JSON. */
  record Value(Object value) implements AdminReply {}

  /** Bytes, as long as {@code content} writes them. A failure half way breaks the connection. */
  record Stream(long lengthBytes, Content content) implements AdminReply {}

  /** Writes the content of a stream; blocks. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException, AdminException;
  }

  /** Done, with nothing to say. */
  record Done() implements AdminReply {}
}
