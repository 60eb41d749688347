"""Many connections that log in and then do nothing."""

import resource
import socket
import struct

from .node import ASKING

# Logins under way at a time: less than any contender's listen backlog.
AT_ONCE = 100
# Seconds for one login.
PATIENCE = 30
# "Ready for query, idle": the last message of a login.
READY = b"Z\x00\x00\x00\x05I"


class Crowd:
    """Logged-in connections of a role that needs no password; they end with `close`."""

    def __init__(self, port, database, user=ASKING):
        self.port = port
        body = struct.pack("!i", 196608) + b"".join(word.encode() + b"\0" for word in ("user", user, "database", database)) + b"\0"
        self.startup = struct.pack("!i", len(body) + 4) + body
        self.connections = []
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def grow(self, count):
        """Until there are `count`."""
        while len(self.connections) < count:
            fresh = [socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) for _ in range(min(AT_ONCE, count - len(self.connections)))]
            self.connections += fresh
            for connection in fresh:
                connection.sendall(self.startup)
            for connection in fresh:
                self.await_ready(connection)

    @staticmethod
    def await_ready(connection):
        answer = b""
        while not answer.endswith(READY):
            more = connection.recv(4096)
            if not more or answer.startswith(b"E"):
                raise ConnectionError(f"an idle connection was refused: {(answer + more)!r}")
            answer += more

    def close(self):
        for connection in self.connections:
            connection.close()
        self.connections.clear()
