package org.sealane.deploy.wire;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.UUID;
import org.sealane.smb.client.ClientSettings;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.ClientNegotiation;
import org.sealane.smb.negotiate.NegotiateRequestCodec;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/**
 * The control of a look at the wire: a NEGOTIATE with a known salt, which SMB always sends in
 * clear, through the same point of capture to the same listener. It opens no session.
 */
final class ControlCanary {
  private static final int TIMEOUT_MILLIS = 10_000;

  /** A NEGOTIATE response is far shorter. */
  private static final int RESPONSE_BYTES_MAX = 1 << 16;

  private ControlCanary() {}

  /** Sends it and waits for the answer, so that it has passed on return. */
  static void send(InetSocketAddress to, byte[] salt) throws IOException {
    byte[] message = message(salt);
    try (Socket socket = new Socket()) {
      socket.connect(to, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      // Direct TCP, [MS-SMB2] 2.1: a zero byte and 24 bits of length.
      byte[] frame = new byte[Integer.BYTES + message.length];
      java.nio.ByteBuffer.wrap(frame).putInt(message.length).put(message);
      out.write(frame);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int length = in.readInt();
      if (length < Smb2Header.LENGTH || length > RESPONSE_BYTES_MAX) {
        throw new IOException("the lane listener at " + to + " answers " + length + " bytes");
      }
      in.readFully(new byte[length]);
    }
  }

  private static byte[] message(byte[] salt) {
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(
        new Smb2Header(0, NtStatus.SUCCESS, Command.NEGOTIATE.code(), 1, 0, 0, 0, 0, 0), out);
    NegotiateRequestCodec.encode(
        ClientNegotiation.request(
            ClientSettings.of(
                    UUID.randomUUID(),
                    List.of(CipherId.AES_256_GCM, CipherId.AES_128_GCM),
                    List.of(SigningAlgorithm.AES_GMAC))
                .negotiation(),
            salt),
        out);
    return out.written().toArray(ValueLayout.JAVA_BYTE);
  }
}
