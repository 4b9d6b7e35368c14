"""Locks ranges of one file by impacket through two nodes, and prints what it saw as one line of JSON.

Arguments: HOST PORT OTHER_PORT SHARE USER PASSWORD. Statuses are hexadecimal numbers.
"""

import json
import struct
import sys
import threading

from impacket.smb3structs import FILE_OPEN_IF, FILE_READ_DATA, FILE_WRITE_DATA
from impacket.smb3structs import SMB2_DIALECT_30, SMB2_LOCK
from impacket.smbconnection import SessionError, SMBConnection

SHARED, EXCLUSIVE, UNLOCK, FAIL_IMMEDIATELY = 1, 2, 4, 16


class Client:
    def __init__(self, host, port, share, user, password):
        self.answers = 0
        self.connection = SMBConnection(
            host, host, sess_port=int(port), preferredDialect=SMB2_DIALECT_30, timeout=60
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

    def wait_for_lock(self, offset, length, answered):
        """Gives what comes of a lock that is taken; counts the answers, and tells of the first."""
        session = self.connection.getSMBServer()._NetBIOSSession
        receive = session.recv_packet

        def count(*arguments, **options):
            packet = receive(*arguments, **options)
            self.answers += 1
            answered.set()
            return packet

        session.recv_packet = count
        status = self.lock(offset, length, EXCLUSIVE)
        session.recv_packet = receive
        return status

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
    answered = threading.Event()
    waited = []
    waiting = threading.Thread(
        target=lambda: waited.append(other.wait_for_lock(5, 1, answered)), daemon=True
    )
    waiting.start()
    seen["answered"] = answered.wait(60)
    seen["released"] = one.lock(0, 10, UNLOCK)
    waiting.join(60)
    seen["waited"] = waited
    seen["answers"] = other.answers
    seen["turned"] = one.lock(5, 1, EXCLUSIVE | FAIL_IMMEDIATELY)
    other.connection.closeFile(other.tree, other.file)
    seen["closed"] = one.lock(5, 1, EXCLUSIVE | FAIL_IMMEDIATELY)
    one.connection.closeFile(one.tree, one.file)
    print(json.dumps(seen))


main()
