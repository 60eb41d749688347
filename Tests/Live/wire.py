"""Protocol messages as a client writes them and reads them, and ways to spoil them."""

import socket
import struct

READY = b"Z"
KINDS = {b"Q": "Query", b"P": "Parse", b"B": "Bind", b"D": "Describe", b"E": "Execute", b"C": "Close", b"H": "Flush", b"S": "Sync", b"d": "CopyData", b"c": "CopyDone",
         b"f": "CopyFail", b"X": "Terminate"}


def message(kind, body=b""):
    return kind + struct.pack("!i", len(body) + 4) + body


def text(value):
    return value.encode() + b"\0"


def startup(user, database, protocol=3 << 16, **parameters):
    pairs = {"user": user, "database": database, **parameters}
    body = struct.pack("!i", protocol) + b"".join(text(name) + text(value) for name, value in pairs.items()) + b"\0"
    return struct.pack("!i", len(body) + 4) + body


def query(statement):
    return message(b"Q", text(statement))


def parse(name, statement, *types):
    return message(b"P", text(name) + text(statement) + struct.pack(f"!h{len(types)}i", len(types), *types))


def bind(portal, name, *values):
    parts = [struct.pack("!hh", 0, len(values))]
    for value in values:
        parts.append(struct.pack("!i", -1) if value is None else struct.pack("!i", len(value.encode())) + value.encode())
    return message(b"B", text(portal) + text(name) + b"".join(parts) + struct.pack("!h", 0))


def describe(kind, name):
    return message(b"D", kind + text(name))


def execute(portal, most=0):
    return message(b"E", text(portal) + struct.pack("!i", most))


def close(kind, name):
    return message(b"C", kind + text(name))


SYNC, FLUSH, TERMINATE, COPY_DONE = (message(kind) for kind in (b"S", b"H", b"X", b"c"))


def copy_data(data):
    return message(b"d", data)


def copy_fail(reason):
    return message(b"f", text(reason))


class Client:
    """A socket that speaks in whole messages."""

    def __init__(self, port, patience):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.kept = b""

    def send(self, data):
        self.socket.sendall(data)

    def next(self):
        """Kind and body of the next message; None at the end of the connection."""
        while True:
            if len(self.kept) >= 5:
                size = 1 + struct.unpack("!i", self.kept[1:5])[0]
                if len(self.kept) >= size:
                    kind, body = self.kept[:1], self.kept[5:size]
                    self.kept = self.kept[size:]
                    return kind, body
            more = self.socket.recv(1 << 16)
            if not more:
                return None
            self.kept += more

    def until_ready(self):
        """All messages up to ReadyForQuery, or to the end."""
        found = []
        while (one := self.next()) is not None:
            found.append(one)
            if one[0] == READY:
                break
        return found

    def hang_up(self, by_reset=False):
        if by_reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def mutated(random, data):
    """The same bytes with a few changed, dropped, doubled or cut off."""
    data = bytearray(data)
    for _ in range(random.randint(1, 4)):
        if not data:
            return random.randbytes(3)
        at = random.randrange(len(data))
        how = random.randrange(7)
        if how == 0:
            data[at] = random.randrange(256)
        elif how == 1:
            data[at] ^= 1 << random.randrange(8)
        elif how == 2:
            data[at] = random.choice((0, 255))
        elif how == 3:
            del data[at]
        elif how == 4:
            data.insert(at, data[at])
        elif how == 5:
            data[at:at] = random.randbytes(random.randint(1, 20))
        else:
            del data[at:at + random.randint(1, 8)]
    return bytes(data)


def cut(random, data, longest):
    """In pieces of random length."""
    start = 0
    while start < len(data):
        end = start + random.randint(1, longest)
        yield data[start:end]
        start = end
