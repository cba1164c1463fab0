"""Which of the newest hits answer a query best: told in Python, so that every database gives the same order."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from archive.folding import STREAM_BREAK
from archive.query import Term

_SATURATION = 1.2
_LENGTH_WEIGHT = 0.75
_IN_TITLE = 3.0
"""A word of the title tells more of a document than one of its text."""
_TITLE = 1
"""its place among the parts of a document's tokens, behind the number"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit to be ranked."""

    seq: int
    tokens: str
    """as stored (folding.token_string): number, title, names, text; a second time if stems differ"""


def rank(terms: Sequence[Term], candidates: Sequence[Candidate]) -> list[int]:
    """The candidates' seq, best first (Okapi BM25 among the candidates, title weighted), the newest first of equals."""
    if not candidates:
        return []
    lengths = [candidate.tokens.count(" ") for candidate in candidates]
    average = sum(lengths) / len(lengths)
    titles = [_title(candidate.tokens) for candidate in candidates]
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


def _title(tokens: str) -> str:
    """The title's part of the tokens, of the second stream, too, where there is one and it is another."""
    parts = tokens.split(STREAM_BREAK)[:-1]
    if len(parts) <= _TITLE:
        return ""
    half = len(parts) // 2
    first, second = parts[:half], parts[half:]
    # each part has as many words in both streams
    if [part.count(" ") for part in first] != [part.count(" ") for part in second] or half <= _TITLE:
        return parts[_TITLE]
    return first[_TITLE] if first[_TITLE] == second[_TITLE] else first[_TITLE] + second[_TITLE]


def _count(term: Term, tokens: str) -> int:
    streams = [tokens.count(f" {' '.join(stream)} ") for stream in term.streams]
    prefixes = tokens.count(f" {term.prefix}") if term.prefix is not None else 0
    return max(*streams, prefixes) if len(streams) > 1 else max(streams[0], prefixes)
