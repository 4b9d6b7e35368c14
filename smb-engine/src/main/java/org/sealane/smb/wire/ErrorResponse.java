package org.sealane.smb.wire;

/**
 * SMB2 ERROR Response, [MS-SMB2] 2.2.2: the body of a response whose header carries a failure. The
 * array belongs to the record; nobody changes it.
 *
 * @param errorContextCount SMB2 ERROR Context structures in the data; 0 before dialect 3.1.1
 * @param errorData the error contexts, or the data that goes with the status; often empty
 */
public record ErrorResponse(int errorContextCount, byte[] errorData) {
  /** The response that says nothing but the header's status. */
  public static final ErrorResponse EMPTY = new ErrorResponse(0, new byte[0]);
}
