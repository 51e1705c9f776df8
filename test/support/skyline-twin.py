"""What Skyline's daemons do in Redis, written anew from its description: horizon's worker, its roomba and
the analyzer's reading, in msgpack-python's own bytes. One JSON document on stdout.

    skyline-twin.py PORT read              every series of the unique set, with Python's types
    skyline-twin.py PORT work ROUNDS NOW   so many rounds: a point each of theirs.0 to theirs.4 and both.0
                                           to both.4, in a transaction each, and after each round a roomba
"""

import json
import socket
import sys

import msgpack

FULL = b"metrics."
UNIQUE = b"metrics.unique_metrics"
KEPT_SECONDS = 86400 + 600


class Redis:
    def __init__(self, port):
        self.stream = socket.create_connection(("127.0.0.1", port), 30).makefile("rwb")

    def ask(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.stream.write(b"*%d\r\n" % len(words))
        for word in words:
            self.stream.write(b"$%d\r\n%s\r\n" % (len(word), word))
        self.stream.flush()
        return self.reply()

    def reply(self):
        line = self.stream.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"$":
            return None if rest == b"-1" else self.stream.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self.reply() for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest


def points_of(raw):
    unpacker = msgpack.Unpacker(use_list=False)
    unpacker.feed(raw)
    return list(unpacker)


def work(redis, rounds, now):
    blocked = 0
    for i in range(rounds):
        names = [b"theirs.%d" % n for n in range(5)] + [b"both.%d" % n for n in range(5)]
        for n, name in enumerate(names):
            point = (now + 2 * i + 1, i if n % 2 == 0 else i + 0.5)
            redis.ask("MULTI")
            redis.ask("APPEND", FULL + name, msgpack.packb(point))
            redis.ask("SADD", UNIQUE, FULL + name)
            redis.ask("EXEC")
        for key in redis.ask("SMEMBERS", UNIQUE):
            redis.ask("WATCH", key)
            raw = redis.ask("GET", key)
            if raw is None:
                redis.ask("UNWATCH")
                continue
            kept = sorted(p for p in points_of(raw) if p[0] > now - KEPT_SECONDS)
            packed = msgpack.packb(kept)
            head = 1 if len(kept) < 16 else 3 if len(kept) < 65536 else 5
            redis.ask("MULTI")
            redis.ask("SET", key, packed[head:])
            blocked += redis.ask("EXEC") is None
    return {"blocked": blocked}


def read(redis):
    keys = sorted(redis.ask("SMEMBERS", UNIQUE))
    found = {}
    for key, raw in zip(keys, redis.ask("MGET", *keys)):
        points = points_of(raw)
        found[key.decode()] = {
            "points": [[[type(x).__name__, x] for x in p] for p in points],
            "isAsPacked": raw == b"".join(msgpack.packb(p) for p in points),
        }
    return found


def main():
    redis = Redis(int(sys.argv[1]))
    if sys.argv[2] == "read":
        answer = read(redis)
    else:
        answer = work(redis, int(sys.argv[3]), int(sys.argv[4]))
    json.dump(answer, sys.stdout)


main()
