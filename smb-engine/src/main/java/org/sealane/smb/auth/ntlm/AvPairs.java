package org.sealane.smb.auth.ntlm;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A list of AV_PAIR without its end, [MS-NLMP] 2.2.2.1. Arrays belong to the record's holder.
 *
 * @param pairs in the order on the wire
 */
record AvPairs(List<Pair> pairs) {
  static final int NB_COMPUTER_NAME = 1;
  static final int NB_DOMAIN_NAME = 2;
  static final int DNS_COMPUTER_NAME = 3;
  static final int DNS_DOMAIN_NAME = 4;
  static final int FLAGS = 6;
  static final int TIMESTAMP = 7;
  static final int TARGET_NAME = 9;

  /** In FLAGS: the AUTHENTICATE_MESSAGE carries a MIC. */
  static final int FLAG_MIC = 0x0000_0002;

  AvPairs {
    pairs = List.copyOf(pairs);
  }

  /** One pair; compares by content. */
  record Pair(int id, byte[] value) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Pair that && id == that.id && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * id + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "Pair[" + id + ", " + value.length + " bytes]";
    }
  }

  Optional<byte[]> find(int id) {
    return pairs.stream().filter(pair -> pair.id() == id).map(Pair::value).findFirst();
  }

  /** True if FLAGS say that a MIC is there. */
  boolean saysMic() {
    return find(FLAGS)
        .filter(value -> value.length == Integer.BYTES)
        .filter(value -> (value[0] & FLAG_MIC) != 0)
        .isPresent();
  }
}
