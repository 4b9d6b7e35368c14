package org.sealane.rdma.verbs;

/**
 * Limits and abilities of a device.
 *
 * @param device its name, as {@code rxe0}, {@code mlx5_0} or {@code shm}
 * @param emulated true if no adapter moves the bytes: such figures are never compared with hardware
 * @param messageBytesMax longest message, READ or WRITE
 * @param regionBytesMax longest region
 * @param regionsMax regions at a time
 * @param queuePairsMax queue pairs at a time
 * @param queueDepthMax requests in one queue
 * @param completionEntriesMax entries of one completion queue
 * @param initiatorDepthMax RDMA READs under way on one queue pair
 * @param responderResourcesMax RDMA READs of the peer under way on one queue pair
 * @param memoryWindows type 2 memory windows, and with them send with invalidate by the peer
 * @param memoryWindowsMax windows at a time; 0 without
 */
public record DeviceAttributes(
    String device,
    boolean emulated,
    long messageBytesMax,
    long regionBytesMax,
    int regionsMax,
    int queuePairsMax,
    int queueDepthMax,
    int completionEntriesMax,
    int initiatorDepthMax,
    int responderResourcesMax,
    boolean memoryWindows,
    int memoryWindowsMax) {}
