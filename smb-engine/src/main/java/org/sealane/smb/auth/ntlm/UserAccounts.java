package org.sealane.smb.auth.ntlm;

import java.util.Optional;
import org.sealane.smb.auth.SessionSecret;

/** The users who may authenticate. Any thread may call; no method may block for long. */
@FunctionalInterface
public interface UserAccounts {

  /**
   * One account as it is now.
   *
   * @param name as it was made
   * @param ntHash 16 bytes, a copy that the receiver owns and closes
   */
  record Account(String name, SessionSecret ntHash) {}

  /** The account of that name, whatever its case; empty if there is none. */
  Optional<Account> find(String name);
}
