"""What a person typed into the search box, as terms.

Words are joined by AND; "…" and «…» hold a phrase; a star at the end of a word makes it a prefix; a number such as
R-2026-000001 is a phrase of its parts.
"""

import re
from dataclasses import dataclass

from archive.folding import tokens, words

LONGEST_QUERY = 1000
"""Characters; what is beyond is not read."""
MOST_TERMS = 32

_CHUNK = re.compile(r'"([^"]*)"?|«([^»]*)»?|“([^”]*)”?|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """One word, prefix or phrase. `streams` holds its stems as each stream of a document would have them."""

    streams: tuple[tuple[str, ...], ...]
    prefix: str | None = None
    """a folded beginning of a word, which matches besides the stems"""
    written: str = ""
    """a single word as typed, folded; empty for phrases"""

    @property
    def is_phrase(self) -> bool:
        """Whether the order of several words matters."""
        return len(self.streams[0]) > 1

    def lexemes(self) -> tuple[frozenset[str], ...]:
        """Per word of the term, the stems of which a document must have one."""
        return tuple(frozenset(alternatives) for alternatives in zip(*self.streams, strict=True))


def parse_query(text: str) -> tuple[Term, ...]:
    """The terms of a query, all of which a document must match; none if it holds no letter and no digit."""
    found: dict[Term, None] = {}
    for chunk in _CHUNK.finditer(text[:LONGEST_QUERY]):
        written = next(group for group in chunk.groups() if group is not None)
        bare = chunk.group(4) is not None
        term = _term(written, prefix=bare and written.endswith("*"))
        if term is not None:
            found[term] = None
    return tuple(found)[:MOST_TERMS]


def _term(written: str, *, prefix: bool) -> Term | None:
    folded = [word.folded for word in words(written)]
    if not folded:
        return None
    first, second = tokens(written)
    return Term(
        streams=tuple(dict.fromkeys((tuple(first), tuple(second)))),
        prefix=folded[0] if prefix and len(folded) == 1 else None,
        written=folded[0] if len(folded) == 1 else "",
    )
