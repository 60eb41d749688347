#!/usr/bin/python3
"""Holds the same random conversations with PostgreSQL itself and through the proxy, and compares the answers.

    fuzz_same.py BINARY [--pool-mode session] [--seed 1] [--count 300 | --seconds 600]

A conversation keeps to the protocol, but not to good sense: unknown statements, errors in the middle of pipelines, COPY that fails, stray messages.
What must be the same: kinds of message in their order, rows, command tags, SQLSTATEs, transaction states.
"""

import argparse
import random as randomness
import sys
import time

import conversations
import wire
from playground import Playground

# Seconds for any answer.
PATIENCE = 5
# Conversations held to make one that differs short.
ATTEMPTS = 150
MARK = "the end of it"
# Differences after which nothing more is learnt.
MOST_SHOWN = 8


def hold(port, database, pieces):
    """The answers to a conversation, without what differs from session to session."""
    client = wire.Client(port, PATIENCE)
    try:
        client.send(wire.startup("trusting", database, client_encoding="UTF8"))
        client.until_ready()
        for piece in pieces:
            client.send(piece)
        client.send(conversations.RESYNC + wire.query(f"SELECT '{MARK}'"))
        answers = []
        while not (answers and answers[-1] == "ready I" and any(MARK in one for one in answers[-4:])):
            one = client.next()
            if one is None:
                return answers + ["closed"]
            answers.append(told(*one))
        return answers
    except TimeoutError:
        return answers + ["silence"]
    finally:
        client.hang_up()


def told(kind, body):
    """A message in words."""
    name = kind.decode()
    if kind in b"EN":
        fields = dict((field[:1].decode(), field[1:].decode()) for field in body.split(b"\0") if field)
        return f"{'error' if kind == b'E' else 'notice'} {fields.get('V')} {fields.get('C')}"
    if kind == b"Z":
        return "ready " + body.decode()
    if kind == b"A":
        return "notification " + body[4:].decode()
    return f"{name} {body!r}"


def comparable(answers):
    """ParameterStatus may come at other moments: a backend is told of a setting when it is next used. And which of its errors PostgreSQL finds first in a
    block that has failed anyway may differ, where the proxy prepared a statement anew for it."""
    found, is_failed = [], False
    for one in answers:
        if one.startswith("ready"):
            is_failed = one == "ready E"
        if not one.startswith("S "):
            found.append("error" if is_failed and one.startswith("error ERROR") else one)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--pool-mode")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seconds", type=int)
    options = parser.parse_args()
    settings = [("pool_mode", options.pool_mode), ("default_pool_size", "2")] if options.pool_mode else []
    different, seed, end = [], options.seed, time.monotonic() + (options.seconds or 0)
    with Playground(options.binary, settings=settings) as playground:
        while seed < options.seed + options.count if not options.seconds else time.monotonic() < end:
            random = randomness.Random(seed)
            messages = conversations.conversation(random)
            longest = random.choice((7, 200, 10_000))
            pair = answers(playground, messages, seed, longest)
            if pair[0] != pair[1]:
                different.append(seed)
                show(seed, *shortened(playground, messages, pair, seed, longest), longest)
            if len(different) == MOST_SHOWN:
                break
            seed += 1
        playground.daemon  # still there
    print(f"{seed - options.seed} conversations, {len(different)} different {different or ''}")
    sys.exit(1 if different else 0)


def answers(playground, messages, seed, longest):
    """PostgreSQL's and the proxy's, the conversation cut in the same way."""
    pieces = list(wire.cut(randomness.Random(seed), b"".join(messages), longest))
    return [comparable(hold(port, playground.database, pieces)) for port in (playground.nodes[0], playground.port)]


def shortened(playground, messages, pair, seed, longest):
    """As few of the messages as still make a difference, and the answers to them."""
    size, attempts = len(messages) // 2, 0
    while size >= 1:
        at = 0
        while at < len(messages) and attempts < ATTEMPTS:
            fewer = messages[:at] + messages[at + size:]
            attempts += 1
            again = answers(playground, fewer, seed, longest)
            if again[0] != again[1]:
                messages, pair = fewer, again
            else:
                at += size
        size //= 2
    return messages, *pair


def show(seed, messages, here, there, longest):
    at = next((index for index, (one, other) in enumerate(zip(here, there)) if one != other), min(len(here), len(there)))
    print(f"seed {seed}, in pieces of up to {longest} bytes")
    for one in messages:
        print(f"    {wire.KINDS[one[:1]]} {one[5:].decode(errors='backslashreplace')!r}")
    print(f"  PostgreSQL: {here[max(0, at - 2):at + 3]}\n  proxy:      {there[max(0, at - 2):at + 3]}\n  (from answer {max(0, at - 2)})", flush=True)


if __name__ == "__main__":
    main()
