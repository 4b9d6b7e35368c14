package org.sealane.smb.io;

import java.util.Optional;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;

/**
 * SMB2 CLOSE response, [MS-SMB2] 2.2.16.
 *
 * @param file as of the close, if the request had {@link CloseRequest#FLAG_POSTQUERY_ATTRIB}
 */
public record CloseResponse(Optional<FileNetworkOpenInformation> file) {}
