#!/usr/bin/python3
"""A node whose answers are spoiled on their way, beside clients whose answers are not.

    fuzz_node.py BINARY [--pool-mode session] [--seed 1] [--count 300 | --seconds 600]

A relay stands between the daemon and PostgreSQL. On connections of the user `trusting` it spoils what the node says: bytes changed, dropped, doubled, put in between,
delivered in pieces, broken off. The daemon must not crash, hang, or keep descriptors, memory or backends, and `app`, whose answers are left alone, must not notice.
"""

import contextlib
import json
import random as randomness
import selectors
import socket
import sys
import threading
import time

import conversations
import wire
from fuzz_client import Healthy, arguments, attack_all, check_afterwards, settings
from playground import Playground

# Seconds that a client of the spoiled node waits for an answer before it gives up.
PATIENCE = 0.5
SPOILED_USER = b"user\0trusting\0"
CHUNK = 1 << 16


class Relay(threading.Thread):
    """Passes bytes between the daemon and the node; one thread, level-triggered."""

    def __init__(self, seed):
        super().__init__(daemon=True)
        self.random = randomness.Random(seed)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.node = None
        self.pairs = []
        self.spoiled = 0
        self.is_spoiling = False

    def run(self):
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self.accept()
                elif key.fileobj.fileno() >= 0:
                    self.pass_on(key.fileobj, key.data)

    def accept(self):
        inner, _ = self.listener.accept()
        try:
            outer = socket.create_connection(("127.0.0.1", self.node()))
        except OSError:
            inner.close()
            return
        pair = {"daemon": inner, "node": outer, "is_spoiled": None}
        self.pairs.append(pair)
        for side in (inner, outer):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(side, selectors.EVENT_READ, pair)

    def pass_on(self, side, pair):
        from_node = side is pair["node"]
        other = pair["daemon"] if from_node else pair["node"]
        try:
            data = side.recv(CHUNK)
            if not data:
                return self.end(pair)
            if pair["is_spoiled"] is None and not from_node:
                pair["is_spoiled"] = SPOILED_USER in data
            if from_node and pair["is_spoiled"] and self.is_spoiling and self.random.random() < 0.3:
                self.spoiled += 1
                if self.random.random() < 0.1:
                    other.sendall(data[:self.random.randrange(len(data))])
                    return self.end(pair)
                data = wire.mutated(self.random, data) if self.random.random() < 0.8 else data + self.random.randbytes(self.random.randint(1, 50))
                for piece in wire.cut(self.random, data, self.random.choice((3, 100, CHUNK))):
                    other.sendall(piece)
            else:
                other.sendall(data)
        except OSError:
            self.end(pair)

    def end(self, pair):
        self.pairs.remove(pair)
        for side in (pair["daemon"], pair["node"]):
            self.selector.unregister(side)
            side.close()

    def hang_up(self):
        """Ends what was spoiled: a client that left while its answer never came is noticed when the node goes."""
        for pair in list(self.pairs):
            if pair["is_spoiled"]:
                # The relay's thread may have ended it in this moment.
                with contextlib.suppress(OSError):
                    pair["node"].shutdown(socket.SHUT_RDWR)


def converse(port, database, seed):
    """A client of the spoiled node: whatever comes, or nothing, is right; it asks and goes."""
    random = randomness.Random(seed)
    try:
        client = wire.Client(port, PATIENCE)
    except OSError:
        return
    try:
        client.send(wire.startup("trusting", database))
        client.until_ready()
        client.send(b"".join(conversations.conversation(random)) + conversations.RESYNC)
        for _ in range(random.randint(0, 6)):
            client.until_ready()
        if random.random() < 0.5:
            client.send(wire.TERMINATE)
    # A length that is nonsense comes from the node's spoiled bytes, which are forwarded.
    except (OSError, TimeoutError):
        pass
    finally:
        client.hang_up(by_reset=random.random() < 0.3)


def node_port(directory):
    """Known once the playground has laid itself out: the daemon connects later than that."""
    def read():
        with open(directory + "/playground.json") as file:
            return json.load(file)["nodes"][0]["port"]
    return read


def main():
    options = arguments(__doc__)
    relay = Relay(options.seed)
    with RelayedPlayground(options, relay) as playground:
        playground.ask("ALTER ROLE trusting SET statement_timeout = '5s'")
        attack_all(playground, iter(range(10_000_000, 10_000_020)), converse)
        pid, descriptors, memory = playground.daemon, playground.descriptors(), playground.memory()
        healthy = Healthy(playground)
        healthy.start()
        relay.is_spoiling = True
        end = time.monotonic() + (options.seconds or 0)

        def seeds():
            seed = options.seed
            while time.monotonic() < end if options.seconds else seed < options.seed + options.count:
                yield seed
                seed += 1

        count = attack_all(playground, seeds(), converse)
        relay.is_spoiling = False
        relay.hang_up()
        healthy.finish()
        held = check_afterwards(playground, descriptors, memory)
        if playground.daemon != pid:
            raise AssertionError("the daemon was started again")
        if relay.spoiled < count / 4:
            raise AssertionError(f"only {relay.spoiled} answers were spoiled")
        # The same user is served again once the node speaks well.
        playground.connect(user="trusting").close()
    print(f"{count} conversations with {relay.spoiled} spoiled answers from seed {options.seed}; "
          f"the healthy client asked {healthy.count} times, at most {healthy.longest * 1000:.0f} ms; {held >> 10} KiB more held")


class RelayedPlayground(Playground):
    """Its daemon finds the node where the relay listens."""

    def __init__(self, options, relay):
        relay.node = lambda: node_port(self.directory)()
        relay.start()
        super().__init__(options.binary, settings=[("backend_port0", str(relay.port)), *settings(options)])


if __name__ == "__main__":
    sys.exit(main())
