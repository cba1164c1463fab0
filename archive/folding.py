"""Words and tokens of a text: the same functions serve documents and queries, on every database.

A text is cut into words of letters and digits; each is folded to one spelling (spelling.py) and stemmed (stemming.py).
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from archive.spelling import fold
from archive.stemming import stem_first, stem_second

FOLDING_VERSION = 2
"""Raise it when anything below changes what tokens a text gives; `Archive.reindex` then brings old rows up to date."""

STREAM_BREAK = "|"
"""Stands between the two streams of a text's tokens; never part of a token."""

LONGEST_TOKEN = 64
"""Longer words are cut, in documents and queries alike (PostgreSQL refuses lexemes over 2 KB)."""

LARGEST_STREAM = 500_000
"""Bytes; two streams stay below the megabyte that a tsvector may hold. Words beyond are not found."""


def _belongs_to_word(character: str) -> bool:
    """Marks on letters, and what is invisible between them (soft hyphens, direction marks)."""
    return unicodedata.combining(character) != 0 or unicodedata.category(character) == "Cf"


_MARKS = "".join(filter(_belongs_to_word, map(chr, range(0x80, sys.maxunicode + 1))))
_WRITTEN = re.compile(rf"[\w{_MARKS}]+")
"""Once the underscore is out of it, \\w is what isalnum() says."""
_SPACED = re.compile(r"\S+")


class Word(NamedTuple):
    """A word of a text: its folded form, its stem in each stream (stemming.py), and where it is written."""

    folded: str
    first: str
    second: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """The words of a text, with their places in it."""
    for at, written in spaced_places(text):
        for word in words_between_spaces(written):
            yield word._replace(start=at + word.start, end=at + word.end)


def spaced_places(text: str) -> Iterator[tuple[int, str]]:
    """What stands between spaces, with its place in the text."""
    return ((spaced.start(), spaced.group()) for spaced in _SPACED.finditer(text))


def tokens(text: str) -> tuple[list[str], list[str]]:
    """The stems of a text's words in both streams (see stemming.py), in the order of the text."""
    # what words_between_spaces says, without a call for each of a million words
    found = [
        word for spaced in text.split() for word in (_known(spaced) if len(spaced) <= LONGEST_TOKEN else _read(spaced))
    ]
    return [word.first for word in found], [word.second for word in found]


def words_between_spaces(written: str) -> tuple[Word, ...]:
    """The words of what stands between spaces. No word reaches over one: what comes again is read once."""
    return _known(written) if len(written) <= LONGEST_TOKEN else _read(written)


@lru_cache(maxsize=1 << 16)
def _known(written: str) -> tuple[Word, ...]:
    return _read(written)


def _read(written: str) -> tuple[Word, ...]:
    return tuple(
        # folding may split what was one word as written (a ligature sign with a space in it)
        Word(part, stem_first(part), stem_second(part), found.start(), found.end())
        for found in _WRITTEN.finditer(written.replace("_", " "))
        for part in _folded_parts(found.group())
    )


def token_string(*texts: str) -> str:
    """What is stored and indexed: the first stream and, where it differs, the second, one space around each token."""
    first: list[str] = []
    second: list[str] = []
    for text in texts:
        one, two = tokens(text)
        first += [*one, STREAM_BREAK]
        second += [*two, STREAM_BREAK]
    streams = [_capped(first)] if first == second else [_capped(first), _capped(second)]
    return f" {' '.join(streams)} "


def _capped(stream: list[str]) -> str:
    joined = " ".join(stream).encode()
    if len(joined) > LARGEST_STREAM:
        joined = joined[: joined.rindex(b" ", 0, LARGEST_STREAM)]
    return joined.decode()


def _folded_parts(written: str) -> tuple[str, ...]:
    """A word as written, folded: one part nearly always; none if nothing of it is a letter or a digit."""
    folded = fold("".join(character for character in written if unicodedata.category(character) != "Cf"))
    spaced = "".join(character if character.isalnum() else " " for character in folded)
    return tuple(part[:LONGEST_TOKEN] for part in spaced.split())
