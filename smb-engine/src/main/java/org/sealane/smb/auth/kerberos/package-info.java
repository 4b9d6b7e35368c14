/**
 * Kerberos for users' clients ([RFC 4120], [RFC 4121]) inside SPNEGO, by the JDK's GSS and with
 * keys from a keytab. Any thread may call mechanisms; contexts are for one. Nothing here does I/O.
 */
package org.sealane.smb.auth.kerberos;
