package org.sealane.smb.share;

import java.io.IOException;

/** The same on systems that have none of Linux's own calls. */
class PortableDirectoryShareCreateTest extends DirectoryShareCreateTest {
  @Override
  DirectoryShare serve(DirectoryShare.Settings settings) throws IOException {
    return new DirectoryShare(root, settings, PathAnchor.ofRoot(root));
  }
}
