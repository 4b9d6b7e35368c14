package org.sealane.smb.server;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Random scripts of a hostile peer; a failing one is printed with its seed. */
class HostilePeerProperty {
  @Property(tries = 300)
  void shouldSurviveAnyScript(@ForAll @Size(max = 600) byte[] script) {
    HostileScript.play(script);
  }

  @Property(tries = 200)
  void shouldSurviveAnyScriptWhenPayloadsArePlaced(@ForAll @Size(max = 600) byte[] script) {
    HostileScript.playPlacing(script);
  }
}
