"""Looks for crashes: ``python -m tests.screen.fuzz --seconds 600``.

Feeds models with mutilated recordings and random sequences in random pieces, with resizes, dumps
and copies in between. The model runs in a child, because what is looked for would end this process
too: the child says on a pipe what it is about to do, so that its last words can be repeated with
``--seed``.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import time

from tests.screen.generator import Generator
from tests.screen.recording import Recording, names
from tornterm.core.screen import Screen, make_screen
from tornterm.types import Size

HANG = 20
"""Seconds of its own time that a round may take."""
BUDGET = 512 << 20
"""Bytes that the child may hold at the most."""
CONTROLS = [bytes((byte,)) for byte in b"\x00\x07\x08\x09\x0a\x0d\x0e\x0f\x18\x1a\x1b\x7f"]
PIECES = [
    *CONTROLS, *(bytes((byte,)) for byte in b"[]PX^_?;:\\"), "\u009b".encode(), "\u009d".encode(),
    "\U0010ffff".encode(), "\u0301".encode(), "語".encode(), "👨\u200d👩".encode(), b"\xff",
    b"\xc2",
    b"\xf4\x90", b"99999", b"\x1b[?1049h", b"\x1b[?69h", b"\x1b[?2027h", b"\x1b[5;3s", b"\x1b#3",
    b"\x1b#6", b"\x1b[18t", b"\x1b]8;;x\x07", b"\x1b[1;1;5;5$r", b"\x1b[2;3r",
    b"\x1b[?6h", b"\x1b(0",
]  # fmt: skip


def mutilated(chance: random.Random, data: bytes) -> bytes:
    """Output with bytes changed, put in, taken out and repeated."""
    made = bytearray(data)
    for _ in range(chance.randrange(40)):
        at = chance.randrange(len(made) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            made[at : at + 1] = bytes((chance.randrange(256),))
        elif kind == 1:
            made[at:at] = chance.choice(PIECES) * chance.choice((1, 1, 1, 500))
        elif kind == 2:
            del made[at : at + chance.randrange(30)]
        else:
            made[at:at] = made[at : at + chance.randrange(200)]
    return bytes(made)


def output(chance: random.Random, recorded: list[bytes]) -> bytes:
    kind = chance.randrange(3)
    if kind == 0:
        data = chance.choice(recorded)
        at = chance.randrange(len(data))
        return mutilated(chance, data[at : at + 20000])
    if kind == 1:
        return mutilated(chance, Generator(chance.randrange(1 << 30)).recording(8000).output)
    return b"".join(chance.choices(PIECES, k=3000))


def resized(chance: random.Random) -> Size:
    most = chance.choice((3, 200, 1000))
    return Size(chance.randint(1, most), chance.randint(1, min(most, 300)))


def one_round(seed: int, recorded: list[bytes]) -> None:
    """Everything that is done to a model in its life, with output that hurts."""
    chance = random.Random(seed)
    model: Screen = make_screen(resized(chance), scrollback_lines=chance.choice((0, 10, 1000)))
    for _ in range(chance.randrange(1, 5)):
        data = output(chance, recorded)
        at = 0
        while at < len(data):
            size = chance.choice((1, 7, 100, 4096, 65536))
            model.feed(data[at : at + size])
            at += size
            if chance.random() < 0.02:
                model.resize(resized(chance))
            if chance.random() < 0.05:
                probe(chance, model)
    probe(chance, model)
    model.close()


def probe(chance: random.Random, model: Screen) -> None:
    """What is drawn must be drawn again by who has drawn it."""
    dump = model.dump(history=chance.choice((0, 1000)))
    again = make_screen(model.size, scrollback_lines=1000)
    again.feed(dump + model.unfinished)
    again.dump(history=1000)
    again.close()
    copy = model.copy()
    assert copy.dump(history=0) == model.dump(history=0)
    assert copy.unfinished == model.unfinished
    assert model.colour(chance.choice((0, 255, "cursor"))) is None or model.cursor is not None
    copy.close()


def run(first: int, seconds: float) -> int:
    """Rounds until the time is up; how many there were."""
    recorded = [Recording.load(name).output for name in names()]
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 10 * HANG, int(seconds) + 10 * HANG))
    end = time.monotonic() + seconds
    seed = first
    while time.monotonic() < end:
        print(f"seed {seed}", file=sys.stderr, flush=True)
        signal.setitimer(signal.ITIMER_PROF, HANG)
        one_round(seed, recorded)
        seed += 1
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert held < BUDGET, f"{held >> 20} MiB were held"
    return seed - first


def guarded(first: int, seconds: float) -> tuple[int, str]:
    """Run in a child; its status, 0 where nothing was found, and its last words."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.dup2(writer, 2)
        status = 1
        try:
            rounds = run(first, seconds)
            print(f"{rounds} rounds", file=sys.stderr, flush=True)
            status = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as words:
        last = b""
        while data := words.read1(65536):
            last = (last + data)[-4000:]
    return os.waitpid(child, 0)[1], last.decode(errors="replace")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=None, help="begin with this one")
    chosen = parser.parse_args()
    first = chosen.seed if chosen.seed is not None else int(time.time()) * 1000
    status, words = guarded(first, chosen.seconds)
    lines = words.splitlines()
    last = max((at for at, text in enumerate(lines) if text.startswith("seed ")), default=0)
    print("\n".join(lines[last:]))
    print("nothing found" if status == 0 else f"status {status}")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
