/** JSON as the command, the admin API and files of a local cluster write it. */
package org.sealane.deploy.json;
