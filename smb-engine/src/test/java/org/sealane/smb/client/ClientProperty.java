package org.sealane.smb.client;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Random scripts of {@link HostileServer}; the seed of a failure is printed. */
class ClientProperty {
  @Property(tries = 400)
  void shouldEndEveryRequestOnceWhateverTheServerDoes(@ForAll @Size(max = 400) byte[] script) {
    HostileServer.play(script);
  }

  @Property(tries = 200)
  void shouldEndEveryRequestOnceWhenPayloadsArePlaced(@ForAll @Size(max = 400) byte[] script) {
    HostileServer.playPlacing(script);
  }
}
