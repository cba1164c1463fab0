"""How a document's restrictions work: a level and flags, each with its ground and its last day (B9, B16).

Who may see a document depends on nothing but two days: until which day at least official use is kept, and until which
day commercial secrecy is. So that an end takes effect by itself, and one comparison in SQL tells it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from archive.documents import AccessLevel as Level
from archive.documents import ArchivedDocument, Classification, Restriction

NEVER = date.min
"""the last day of what was never restricted"""
FOR_EVER = date.max
"""the last day of what nothing ends"""
BEFORE_ALL_ENDS = NEVER + timedelta(days=1)
"""a day on which every restriction still holds: what counts when nobody says which day it is"""
FLAGS: Mapping[str, Level] = {
    "personal_data": Level.OFFICIAL_USE,
    "special_categories": Level.COMMERCIAL_SECRET,
}
"""a flag, and the level whose circle it keeps a document to, whatever its own level is"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """All that restricts a document."""

    level: str
    ground: str | None = None
    until: date | None = None
    """the last day of the level; None: no end"""
    flags: tuple[str, ...] = ()
    terms: Mapping[str, Restriction] | None = None
    """flag → its own ground and last day; a flag without stands as long as it is not taken away"""

    def columns(self) -> dict[str, Any]:
        """As the columns of archive_document."""
        terms = {flag: term.as_json() for flag, term in (self.terms or {}).items() if flag in self.flags}
        return {
            "access_level": str(self.level),
            "access_ground": self.ground,
            "access_until": self.until,
            "access_flags": list(self.flags),
            "access_terms": terms,
            "official_until": self._last_day(Level.OFFICIAL_USE),
            "secret_until": self._last_day(Level.COMMERCIAL_SECRET),
            "access_ends": min((until for _, until in self._restrictions() if until < FOR_EVER), default=None),
        }

    def _last_day(self, level: Level) -> date:
        """The last day on which at least this level is kept."""
        return max((until for kept, until in self._restrictions() if kept >= _rank(level)), default=NEVER)

    def _restrictions(self) -> Iterator[tuple[int, date]]:
        if self.level != Level.OPEN:
            yield _rank(self.level), self.until or FOR_EVER
        for flag in self.flags:
            term = (self.terms or {}).get(flag)
            yield _rank(FLAGS[flag]), (term.until if term else None) or FOR_EVER


def access_of(document: ArchivedDocument) -> Access:
    """What restricts a document now."""
    terms = {flag: Restriction.from_json(told) for flag, told in document.access_terms.items()}
    return Access(
        level=document.access_level,
        ground=document.access_ground,
        until=document.access_until,
        flags=document.access_flags,
        terms=terms,
    )


def after(document: ArchivedDocument, decision: Classification) -> Access:
    """What restricts a document after a decision; what the decision does not name stays."""
    now = access_of(document)
    flags = now.flags if decision.access_flags is None else decision.access_flags
    terms = {**(now.terms or {}), **(decision.access_terms or {})}
    level, ground, until = now.level, now.ground, now.until
    if decision.access_level is not None:
        level, ground, until = decision.access_level, decision.access_ground or now.ground, decision.access_until
    elif level != Level.OPEN:
        ground, until = decision.access_ground or ground, decision.access_until or until
    if level == Level.OPEN:
        ground = until = None
    return Access(level=level, ground=ground, until=until, flags=flags, terms=terms)


def level_on(document: ArchivedDocument, day: date) -> Level:
    """The level whose circle a document is kept to on a day, by its level or by a flag."""
    if document.secret_until >= day:
        return Level.COMMERCIAL_SECRET
    return Level.OFFICIAL_USE if document.official_until >= day else Level.OPEN


def still_restricting(document: ArchivedDocument, day: date) -> Access:
    """What restricts a document on a day, without what has ended before it."""
    now = access_of(document)
    over = {flag for flag, term in (now.terms or {}).items() if term.until is not None and term.until < day}
    flags = tuple(flag for flag in now.flags if flag not in over)
    if now.until is not None and now.until < day:
        return Access(level=Level.OPEN, flags=flags, terms=now.terms)
    return Access(level=now.level, ground=now.ground, until=now.until, flags=flags, terms=now.terms)


def _rank(level: str) -> int:
    return tuple(Level).index(Level(level))
