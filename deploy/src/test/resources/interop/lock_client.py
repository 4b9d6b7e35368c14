"""Locks ranges of one file by impacket through two nodes, and prints what it saw as one line of JSON.

Arguments: HOST PORT OTHER_PORT SHARE USER PASSWORD. Statuses are hexadecimal numbers.
"""

import json
import struct
import sys
import threading

from impacket.smb3structs import FILE_OPEN_IF, FILE_READ_DATA, FILE_WRITE_DATA
from impacket.smb3structs import SMB2_LOCK, SMB2Packet
from impacket.smbconnection import SessionError, SMBConnection

SHARED, EXCLUSIVE, UNLOCK, FAIL_IMMEDIATELY = 1, 2, 4, 16
STATUS_PENDING = 0x103


class Client:
    def __init__(self, host, port, share, user, password):
        self.connection = SMBConnection(
            host, host, sess_port=int(port), preferredDialect=0x0302, timeout=60
        )
        self.connection.login(user, password)
        self.tree = self.connection.connectTree(share)
        self.file = self.connection.openFile(
            self.tree,
            "locked",
            desiredAccess=FILE_READ_DATA | FILE_WRITE_DATA,
            shareMode=7,
            creationDisposition=FILE_OPEN_IF,
        )

    def send(self, offset, length, flags):
        server = self.connection.getSMBServer()
        packet = server.SMB_PACKET()
        packet["Command"] = SMB2_LOCK
        packet["TreeID"] = self.tree
        packet["Data"] = struct.pack(
            "<HHI16sQQII", 48, 1, 0, self.file, offset, length, flags, 0
        )
        return server.sendSMB(packet)

    def receive(self, packet_id):
        answer = self.connection.getSMBServer().recvSMB(packet_id)
        return "%08x" % (answer["Status"] & 0xFFFFFFFF)

    def lock(self, offset, length, flags):
        return self.receive(self.send(offset, length, flags))

    def wait_for_lock(self, offset, length, pending):
        """Tells when the server has said that the lock is taken; gives what comes of it."""
        packet_id = self.send(offset, length, EXCLUSIVE)
        netbios = self.connection.getSMBServer().get_socket()
        first = SMB2Packet(netbios.recv_packet(60).get_trailer())
        if first["Status"] == STATUS_PENDING:
            pending.set()
            return self.receive(packet_id)
        return "%08x" % (first["Status"] & 0xFFFFFFFF)

    def write(self, offset):
        try:
            self.connection.writeFile(self.tree, self.file, b"x" * 10, offset)
            return "00000000"
        except SessionError as refusal:
            return "%08x" % refusal.getErrorCode()


def main():
    host, port, other_port, share, user, password = sys.argv[1:]
    one = Client(host, port, share, user, password)
    other = Client(host, other_port, share, user, password)
    seen = {
        "taken": one.lock(0, 10, EXCLUSIVE | FAIL_IMMEDIATELY),
        "refused": other.lock(5, 1, SHARED | FAIL_IMMEDIATELY),
        "writes": [one.write(0), other.write(0), other.write(10)],
    }
    pending = threading.Event()
    waited = []
    waiting = threading.Thread(
        target=lambda: waited.append(other.wait_for_lock(5, 1, pending)), daemon=True
    )
    waiting.start()
    seen["pending"] = pending.wait(60)
    seen["released"] = one.lock(0, 10, UNLOCK)
    waiting.join(60)
    seen["waited"] = waited
    seen["turned"] = one.lock(5, 1, EXCLUSIVE | FAIL_IMMEDIATELY)
    other.connection.closeFile(other.tree, other.file)
    seen["closed"] = one.lock(5, 1, EXCLUSIVE | FAIL_IMMEDIATELY)
    one.connection.closeFile(one.tree, one.file)
    print(json.dumps(seen))


main()
