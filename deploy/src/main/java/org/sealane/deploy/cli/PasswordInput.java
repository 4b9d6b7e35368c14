package org.sealane.deploy.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A password from standard input: one line, so that it stands in no command line. */
final class PasswordInput {
  private static final int BYTES_MAX = 1024;

  private PasswordInput() {}

  /** The first line; the caller erases it. */
  static char[] read(InputStream in) throws CliFailure {
    byte[] bytes = new byte[BYTES_MAX];
    try {
      int length = 0;
      int next = in.read();
      while (next >= 0 && next != '\n') {
        if (length == BYTES_MAX) {
          throw new CliFailure("the password is longer than " + BYTES_MAX + " bytes");
        }
        bytes[length++] = (byte) next;
        next = in.read();
      }
      if (length > 0 && bytes[length - 1] == '\r') {
        length--;
      }
      if (length == 0) {
        throw new CliFailure("no password came on standard input");
      }
      var decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
      char[] password = new char[decoded.remaining()];
      decoded.get(password);
      Arrays.fill(decoded.array(), '\0');
      return password;
    } catch (CharacterCodingException e) {
      throw new CliFailure("the password is not UTF-8");
    } catch (IOException e) {
      throw new CliFailure("the password can not be read: " + e.getMessage(), e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
