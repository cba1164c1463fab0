"""Hash trees, as evidence records reduce them (RFC 4998, 4.2): one timestamp over any number of objects."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Lists = tuple[tuple[bytes, ...], ...]
"""a reduced hash tree: the object's own hashes first, then for each level what is hashed together with the result"""
ReadNode = Callable[[int, int], bytes]
"""level (0: the leaves) and place in it → hash"""


def node(algorithm: str, hashes: Iterable[bytes]) -> bytes:
    """A single hash stands for itself; several are sorted as bytes, concatenated and hashed (RFC 4998, 4.2)."""
    ordered = sorted(hashes)
    return ordered[0] if len(ordered) == 1 else hashlib.new(algorithm, b"".join(ordered)).digest()


def fold(algorithm: str, lists: Iterable[Iterable[bytes]]) -> bytes:
    """The root a reduced hash tree leads to (RFC 4998, 4.3)."""
    result: bytes | None = None
    for hashes in lists:
        result = node(algorithm, hashes if result is None else (result, *hashes))
    if result is None:
        raise ValueError("a reduced hash tree without lists")
    return result


@dataclass(frozen=True, slots=True)
class HashTree:
    """A binary tree over sorted, distinct leaves; an odd node moves up as it is."""

    algorithm: str
    levels: tuple[bytes, ...] = field(repr=False)
    """the hashes of each level in a row, leaves first, the root last"""

    @property
    def size(self) -> int:
        """Octets of a hash."""
        return hashlib.new(self.algorithm).digest_size

    @property
    def root(self) -> bytes:
        """What the timestamp is asked for."""
        return self.levels[-1]

    @property
    def leaves(self) -> int:
        """How many distinct leaves there are."""
        return len(self.levels[0]) // self.size

    def node(self, level: int, place: int) -> bytes:
        """One hash."""
        return self.levels[level][place * self.size : (place + 1) * self.size]

    def places(self) -> dict[bytes, int]:
        """Where each leaf stands."""
        row, size = self.levels[0], self.size
        return {row[at : at + size]: at // size for at in range(0, len(row), size)}


def grow(algorithm: str, leaves: Iterable[bytes]) -> HashTree:
    """The tree over these leaves; equal ones are one leaf.

    :raises ValueError: no leaf, or one of another length than the algorithm's
    """
    row: Sequence[bytes] = sorted(set(leaves))
    size = hashlib.new(algorithm).digest_size
    if not row or any(len(leaf) != size for leaf in row):
        raise ValueError(f"leaves of {size} octets are needed")
    levels = [b"".join(row)]
    new = getattr(hashlib, algorithm)
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        above = [new(a + b if a < b else b + a).digest() for a, b in pairs]
        row = above + ([row[-1]] if len(row) % 2 else [])
        levels.append(b"".join(row))
    return HashTree(algorithm, tuple(levels))


def siblings(leaves: int, place: int) -> list[tuple[int, int]]:
    """Level and place of what a leaf meets on its way up, in a tree of so many leaves."""
    met, level, width = [], 0, leaves
    while width > 1:
        beside = place ^ 1
        if beside < width:
            met.append((level, beside))
        level, place, width = level + 1, place // 2, (width + 1) // 2
    return met


def reduced(own: Iterable[bytes], leaves: int, place: int, read: ReadNode) -> Lists:
    """The reduced hash tree of one object or group; its first list holds the own hashes and nothing else."""
    return (tuple(sorted(set(own))), *((read(*where),) for where in siblings(leaves, place)))
