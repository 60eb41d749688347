#!/usr/bin/python3
"""Broken clients on a daemon, beside a healthy one that must not notice.

    fuzz_client.py BINARY [--pool-mode session] [--seed 1] [--count 500 | --seconds 600]

Each seed is one connection: a startup packet and a conversation, most of them with some bytes spoiled, sent in random cuts, ended in a random way: politely,
half-closed, by a reset, in the middle of a message, without reading a byte of the answers. Afterwards the daemon must live, serve, and have given back descriptors,
memory and backends.
"""

import argparse
import random as randomness
import socket
import sys
import threading
import time

import conversations
import wire
from playground import Playground, eventually

# Seconds: for a broken client's answer, and for the healthy client's.
PATIENCE, HEALTHY_PATIENCE = 0.3, 10
# Descriptors and bytes that the daemon may hold more than before: backends kept warm, caches, the allocator's reserve.
MORE_DESCRIPTORS, MORE_BYTES = 40, 24 << 20
# Broken clients at a time.
AT_ONCE = 4


class Healthy(threading.Thread):
    """Asks and checks until it is told to stop; remembers the longest answer."""

    def __init__(self, playground):
        super().__init__(daemon=True)
        self.connection = playground.connect()
        self.connection.autocommit = True
        self.stopped, self.failure, self.count, self.longest = False, None, 0, 0.0

    def run(self):
        try:
            cursor = self.connection.cursor()
            while not self.stopped:
                began = time.monotonic()
                cursor.execute("SELECT %s", (self.count,))
                if cursor.fetchone() != (self.count,):
                    raise AssertionError("another's answer")
                self.longest = max(self.longest, time.monotonic() - began)
                self.count += 1
                time.sleep(0.002)
        except Exception as failure:
            self.failure = failure

    def finish(self):
        self.stopped = True
        self.join(HEALTHY_PATIENCE)
        if self.failure:
            raise AssertionError(f"the healthy client noticed: {self.failure!r}")
        if self.is_alive() or self.longest > HEALTHY_PATIENCE:
            raise AssertionError(f"the healthy client waited for {self.longest:.1f} s")


def attack(port, database, seed):
    random = randomness.Random(seed)
    user, sent = random.choice(("trusting", "trusting", "trusting", "app", "nobody")), wire.startup("trusting", database)
    if user != "trusting":
        sent = wire.startup(user, database, client_encoding="UTF8")
    how = random.random()
    if how < 0.1:
        sent = wire.mutated(random, sent)
    elif how < 0.15:
        sent = random.randbytes(random.randint(1, 300))
    elif how < 0.2:
        sent = wire.startup(user, database, random.choice((2 << 16, 3 << 16 | 2, 3 << 16 | 9999, 80877102, 80877103, 80877104)), **{"_pq_.fuzz": "1"})
    body = b"".join(conversations.conversation(random))
    if random.random() < 0.8:
        body = wire.mutated(random, body)
    try:
        client = wire.Client(port, PATIENCE)
    except OSError:
        return
    try:
        client.send(sent)
        if random.random() < 0.8:
            client.until_ready()
        for piece in wire.cut(random, body[:random.randint(0, len(body))] if random.random() < 0.3 else body, random.choice((1, 50, 5000)) if len(body) < 2000 else 5000):
            client.send(piece)
        ending = random.random()
        if ending < 0.3:
            client.send(wire.TERMINATE)
        elif ending < 0.6:
            client.socket.shutdown(socket.SHUT_WR)
        if ending < 0.8:
            while client.next() is not None:
                pass
    # A refused or closed connection and a silence are what such a client deserves; a malformed length from the proxy would be struct.error.
    except (OSError, TimeoutError):
        pass
    finally:
        client.hang_up(by_reset=random.random() < 0.3)


def attack_all(playground, seeds, attack=attack):
    """Several at a time, each with the next seed."""
    lock, failures, done = threading.Lock(), [], []

    def work():
        while True:
            with lock:
                seed = next(seeds, None)
            if seed is None or failures:
                return
            try:
                attack(playground.port, playground.database, seed)
                done.append(seed)
            except Exception as failure:
                failures.append((seed, failure))

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise AssertionError(f"seed {failures[0][0]}: {failures[0][1]!r}")
    return len(done)


def seeds(options):
    end = time.monotonic() + (options.seconds or 0)
    seed = options.seed
    while time.monotonic() < end if options.seconds else seed < options.seed + options.count:
        yield seed
        seed += 1


def arguments(about):
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--pool-mode")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seconds", type=int)
    return parser.parse_args()


def settings(options):
    return [("pool_mode", options.pool_mode)] if options.pool_mode else []


def check_afterwards(playground, descriptors, memory):
    """The daemon lives, serves, and holds little more than before."""
    eventually("the descriptors are given back", lambda: playground.descriptors() <= descriptors + MORE_DESCRIPTORS)
    held = playground.memory() - memory
    if held > MORE_BYTES:
        raise AssertionError(f"the daemon holds {held >> 20} MiB more than before")
    running = "SELECT string_agg(format('%s %s %s', usename, state, query), '; ') FROM pg_stat_activity WHERE usename IN ('trusting', 'app') AND state <> 'idle'"
    eventually(lambda: f"no statement of a client that is gone runs on: {playground.ask(running)}", lambda: playground.ask(running) is None)
    playground.connect().close()
    return held


def main():
    options = arguments(__doc__)
    with Playground(options.binary, settings=settings(options)) as playground:
        # A mutation may turn a short wait into a long one.
        playground.ask("ALTER ROLE trusting SET statement_timeout = '5s'")
        attack_all(playground, iter(range(10_000_000, 10_000_020)))
        pid, descriptors, memory = playground.daemon, playground.descriptors(), playground.memory()
        healthy = Healthy(playground)
        healthy.start()
        count = attack_all(playground, seeds(options))
        healthy.finish()
        held = check_afterwards(playground, descriptors, memory)
        if playground.daemon != pid:
            raise AssertionError("the daemon was started again")
    print(f"{count} broken clients from seed {options.seed}; the healthy one asked {healthy.count} times, at most {healthy.longest * 1000:.0f} ms; {held >> 10} KiB more held")


if __name__ == "__main__":
    sys.exit(main())
