package org.sealane.rdma.smbdirect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SmbDirectProperty {
  @Property(tries = 200)
  void shouldDeliverEveryMessageOnceAndInOrder(
      @ForAll @IntRange(min = 4, max = 40) int creditsOfInitiator,
      @ForAll @IntRange(min = 4, max = 40) int creditsOfAcceptor,
      @ForAll long seed) {
    Random random = new Random(seed);
    SmbDirectPair pair =
        new SmbDirectPair(
            SmbDirectPair.limits(creditsOfInitiator), SmbDirectPair.limits(creditsOfAcceptor));
    pair.negotiate();
    List<byte[]> toAcceptor = new ArrayList<>();
    List<byte[]> toInitiator = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      for (int i = random.nextInt(6); i > 0; i--) {
        queue(pair.initiator, toAcceptor, random);
      }
      for (int i = random.nextInt(6); i > 0; i--) {
        queue(pair.acceptor, toInitiator, random);
      }
      pair.settle(round);
    }
    assertThat(pair.acceptor.delivered).containsExactlyElementsOf(toAcceptor);
    assertThat(pair.initiator.delivered).containsExactlyElementsOf(toInitiator);
  }

  private static void queue(SmbDirectPair.Side side, List<byte[]> expected, Random random) {
    byte[] message = new byte[1 + random.nextInt(30_000)];
    random.nextBytes(message);
    side.send(message);
    expected.add(message);
  }
}
