"""Marking what was looked for. Fragments, not markup: whoever shows them escapes them."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from archive.folding import folded_parts, written_words
from archive.query import Term
from archive.stemming import stem_first, stem_second

_EXCERPT = 240
"""Characters of an excerpt, about."""
_LEAD = 60
"""Characters shown before the first marked word."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text, marked if it is what was looked for."""

    text: str
    marked: bool = False


def marked(text: str, terms: Sequence[Term]) -> tuple[Fragment, ...]:
    """The whole text with the terms' words marked."""
    return _fragments(text, 0, len(text), _hits(text, terms))


def excerpt(text: str, terms: Sequence[Term]) -> tuple[Fragment, ...]:
    """The passage with the most marked words; the beginning of the text if there is none."""
    hits = _hits(text, terms)
    start = _best_start(hits)
    end = min(len(text), start + _EXCERPT)
    start, end = _at_word(text, start, forward=True), _at_word(text, end, forward=False)
    passage = _fragments(text, start, end, [hit for hit in hits if start <= hit.start() and hit.end() <= end])
    before = (Fragment("… "),) if start > 0 else ()
    after = (Fragment(" …"),) if end < len(text) else ()
    return (*before, *passage, *after)


def _hits(text: str, terms: Sequence[Term]) -> list[re.Match[str]]:
    if not terms:
        return []
    stems = {stem for term in terms for lexemes in term.lexemes() for stem in lexemes}
    prefixes = tuple(term.prefix for term in terms if term.prefix is not None)
    known: dict[str, bool] = {}
    hits = []
    for word in written_words(text):
        written = word.group()
        if written not in known:
            known[written] = any(_meant(part, stems, prefixes) for part in folded_parts(written))
        if known[written]:
            hits.append(word)
    return hits


def _meant(folded: str, stems: Container[str], prefixes: tuple[str, ...]) -> bool:
    return stem_first(folded) in stems or stem_second(folded) in stems or folded.startswith(prefixes)


def _best_start(hits: Sequence[re.Match[str]]) -> int:
    """Where the excerpt begins: before the hit that most others follow closely, the first of equals."""
    best, best_count = 0, 0
    last = 0
    for first, hit in enumerate(hits):
        while last < len(hits) and hits[last].end() <= hit.start() + _EXCERPT - _LEAD:
            last += 1
        if last - first > best_count:
            best, best_count = hit.start(), last - first
    return max(0, best - _LEAD)


def _at_word(text: str, place: int, *, forward: bool) -> int:
    """The nearest beginning or end of a word, or the place itself where no space is near."""
    if place in {0, len(text)}:
        return place
    for distance in range(_LEAD // 2):
        near = place + distance if forward else place - distance
        if 0 < near < len(text) and text[near].isspace():
            return near + 1 if forward else near
    return place


def _fragments(text: str, start: int, end: int, hits: Sequence[re.Match[str]]) -> tuple[Fragment, ...]:
    fragments: list[Fragment] = []
    at = start
    for hit in hits:
        if hit.start() >= at:
            fragments += [Fragment(text[at : hit.start()]), Fragment(hit.group(), marked=True)]
            at = hit.end()
    fragments.append(Fragment(text[at:end]))
    return tuple(fragment for fragment in fragments if fragment.text)
