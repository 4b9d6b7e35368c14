/** RDMA as a transport of the SMB engine: verbs, SMB Direct ([MS-SMBD]) and direct placement. */
package org.sealane.rdma;
