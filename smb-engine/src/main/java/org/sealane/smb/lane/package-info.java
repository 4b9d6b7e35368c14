/**
 * Lanes: one SMB session on one connection of its own, between two nodes, for one volume and one
 * kind. What a lane must do comes in as values ({@link org.sealane.smb.lane.LaneRule}); this
 * package knows no ZooKeeper. Values are immutable and may be shared by threads; classes with state
 * say which threads may call them.
 */
package org.sealane.smb.lane;
