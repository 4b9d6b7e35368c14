package org.sealane.smb.share;

/** CreateAction of a CREATE response in the order of its codes, [MS-SMB2] 2.2.14. */
public enum CreateAction {
  SUPERSEDED,
  OPENED,
  CREATED,
  OVERWRITTEN
}
