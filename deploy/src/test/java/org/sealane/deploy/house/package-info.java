/** Tests that hold the whole project: its arrows, its format, its tidiness. */
package org.sealane.deploy.house;
