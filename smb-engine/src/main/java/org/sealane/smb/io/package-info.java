/** Messages on opens: CREATE to SET_INFO, [MS-SMB2] 2.2.13 to 2.2.40. */
package org.sealane.smb.io;
