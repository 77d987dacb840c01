"""Ways to damage a file: deterministic, by a name and a number."""

import random
import struct
from collections.abc import Callable, Iterator

HEAD = 1500  # bytes within which most of a small file's header lies

Damage = Callable[[bytearray, random.Random], None]


def truncate(data: bytearray, rng: random.Random) -> None:
    """The file ends anywhere."""
    del data[rng.randrange(len(data)) :]


def truncate_late(data: bytearray, rng: random.Random) -> None:
    """The last bytes are missing."""
    del data[-rng.randrange(1, min(len(data), 64)) :]


def flip(data: bytearray, rng: random.Random) -> None:
    """Some bits are wrong, anywhere."""
    for _ in range(rng.randrange(1, 12)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def flip_head(data: bytearray, rng: random.Random) -> None:
    """Some bits are wrong in the header."""
    for _ in range(rng.randrange(1, 6)):
        data[rng.randrange(min(len(data), HEAD))] ^= 1 << rng.randrange(8)


def lose(data: bytearray, rng: random.Random) -> None:
    """Some bytes are missing in the middle."""
    at = rng.randrange(len(data))
    del data[at : at + rng.randrange(1, 20)]


def overwrite(data: bytearray, rng: random.Random) -> None:
    """A block of zeros, ones or noise, as a bad disc gives."""
    at, size = rng.randrange(len(data)), rng.randrange(1, 200)
    block = rng.choice([bytes(size), b"\xff" * size, rng.randbytes(size)])
    data[at : at + size] = block


def extreme(data: bytearray, rng: random.Random) -> None:
    """A number in the header is as large, or as small, as it can be."""
    value = rng.choice([0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF])
    at = rng.randrange(min(len(data), HEAD))
    written = struct.pack(rng.choice("<>") + ("H" if value < 2**16 else "I"), value)
    data[at : at + len(written)] = written


def double(data: bytearray, rng: random.Random) -> None:
    """A piece is there twice."""
    at = rng.randrange(len(data))
    data[at:at] = data[at : at + rng.randrange(1, 100)]


KINDS: dict[Damage, int] = {
    truncate: 8,
    truncate_late: 4,
    flip: 8,
    flip_head: 10,
    lose: 5,
    overwrite: 5,
    extreme: 8,
    double: 2,
}
"""How many cases of each kind are made of every file."""


def damaged(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Damaged versions of one file, each with a name that says how."""
    for kind, count in KINDS.items():
        for number in range(count):
            broken = bytearray(data)
            kind(broken, random.Random(f"{name} {kind.__name__} {number}"))
            yield f"{kind.__name__} {number} of {name}", bytes(broken)
