package org.sealane.smb.encryption.key;

/** Which end of a session this process is: it decides which key seals and which opens. */
public enum Role {
  CLIENT,
  SERVER;

  /** The role of the other end. */
  public Role peer() {
    return switch (this) {
      case CLIENT -> SERVER;
      case SERVER -> CLIENT;
    };
  }
}
