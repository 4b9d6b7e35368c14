"""Uses one share with impacket and prints what it saw as one line of JSON.

Arguments: HOST PORT SHARE USER PASSWORD DIALECT, where DIALECT is a hexadecimal number.
A refusal is {"refused": STATUS}; anything unexpected ends with a traceback.
"""

import io
import json
import os
import sys

from impacket.smbconnection import SessionError, SMBConnection


def main():
    host, port, share, user, password, dialect = sys.argv[1:]
    connection = SMBConnection(
        host, host, sess_port=int(port), preferredDialect=int(dialect, 16), timeout=60
    )
    try:
        connection.login(user, password)
    except SessionError as refusal:
        print(json.dumps({"refused": refusal.getErrorString()[0]}))
        return
    seen = {
        "dialect": "%x" % connection.getDialect(),
        "signing": bool(connection.isSigningRequired()),
        "guest": bool(connection.isGuestSession()),
    }
    folder = "impacket-%s-%s" % (dialect, port)
    content = os.urandom(1_000_003)
    connection.createDirectory(share, folder)
    connection.putFile(share, folder + "\\first", io.BytesIO(content).read)
    connection.rename(share, folder + "\\first", folder + "\\second é")
    back = io.BytesIO()
    connection.getFile(share, folder + "\\second é", back.write)
    seen["same"] = back.getvalue() == content
    listed = connection.listPath(share, folder + "\\*")
    seen["listed"] = sorted(entry.get_longname() for entry in listed)
    seen["size"] = max(entry.get_filesize() for entry in listed)
    connection.deleteFile(share, folder + "\\second é")
    connection.deleteDirectory(share, folder)
    try:
        connection.listPath(share, folder + "\\*")
    except SessionError as gone:
        seen["gone"] = gone.getErrorString()[0]
    connection.logoff()
    print(json.dumps(seen))


main()
