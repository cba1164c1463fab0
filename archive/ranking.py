"""Which of the newest hits answer a query best: told in Python, so that every database gives the same order."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from archive.folding import token_string
from archive.query import Term

_SATURATION = 1.2
_LENGTH_WEIGHT = 0.75
_IN_TITLE = 3.0
"""A word of the title tells more of a document than one of its text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit to be ranked."""

    seq: int
    title: str
    tokens: str


def rank(terms: Sequence[Term], candidates: Sequence[Candidate]) -> list[int]:
    """The candidates' seq, best first (Okapi BM25 among the candidates, title weighted), the newest first of equals."""
    if not candidates:
        return []
    lengths = [candidate.tokens.count(" ") for candidate in candidates]
    average = sum(lengths) / len(lengths)
    titles = [token_string(candidate.title) for candidate in candidates]
    counts = [
        [_count(term, candidate.tokens) + _IN_TITLE * _count(term, title) for term in terms]
        for candidate, title in zip(candidates, titles, strict=True)
    ]
    weights = [_rarity(sum(1 for row in counts if row[place]), len(candidates)) for place in range(len(terms))]
    scored = []
    for candidate, row, length in zip(candidates, counts, lengths, strict=True):
        norm = _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * length / average)
        score = sum(
            weight * count * (_SATURATION + 1) / (count + norm) for weight, count in zip(weights, row, strict=True)
        )
        scored.append((score, candidate.seq))
    return [seq for _score, seq in sorted(scored, reverse=True)]


def _rarity(hits: int, candidates: int) -> float:
    return log(1 + (candidates - hits + 0.5) / (hits + 0.5))


def _count(term: Term, tokens: str) -> int:
    streams = [tokens.count(f" {' '.join(stream)} ") for stream in term.streams]
    prefixes = tokens.count(f" {term.prefix}") if term.prefix is not None else 0
    return max(*streams, prefixes) if len(streams) > 1 else max(streams[0], prefixes)
