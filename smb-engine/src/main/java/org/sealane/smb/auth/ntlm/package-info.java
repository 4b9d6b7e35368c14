/**
 * NTLMv2 of [MS-NLMP] inside SPNEGO, both sides: how users' clients prove a password. Only version
 * 2, with extended session security, 128-bit keys and key exchange; neither guests nor anonymous
 * users. Messages have a record and a codec each; {@link org.sealane.smb.auth.ntlm.NtlmMechanism}
 * is the way in.
 */
package org.sealane.smb.auth.ntlm;
