"""Who may see what: levels, and the filter every search and list passes through (B9, B16)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from archive.documents import STATE_SECRET, AccessLevel, ArchivedDocument
from archive.errors import AccessGroundMissing, InvalidMetadata, StateSecretRefused
from archive.grounds import grounds
from archive.restrictions import BEFORE_ALL_ENDS, FLAGS, level_on
from archive.search_keys import IN_ROWS, Described

__all__ = [
    "ALL_LEVELS",
    "ANY_OWNER",
    "EVERYDAY",
    "OPEN_ONLY",
    "Levels",
    "Visibility",
    "check_access",
    "check_ground",
    "level_in_force",
    "level_on",
]

Levels = frozenset[str]
Condition = sa.ColumnElement[bool]

OPEN_ONLY: Levels = frozenset({str(AccessLevel.OPEN)})
EVERYDAY: Levels = OPEN_ONLY | {str(AccessLevel.OFFICIAL_USE)}
ALL_LEVELS: Levels = frozenset(str(level) for level in AccessLevel)
ANY_OWNER = "*"
"""The key of `Visibility.levels` for owners it does not name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visibility:
    """What a person may see: documents of these owners and units at these levels, and all of the person's cases.

    `owners` None means all. One without an entry in `levels` has that of ANY_OWNER; without that either, who sees
    all owners sees all levels, and who sees some sees their open documents. A level is the one in force on the day
    `on`: of a restriction that has ended nothing is left. What is quarantined nobody sees but the two who remove it.
    """

    owners: frozenset[str] | None
    levels: Mapping[str, Levels] = field(default_factory=dict)
    units: Mapping[str, Levels] = field(default_factory=dict)
    """unit → the levels this person may see of its documents, whatever `owners` says"""
    cases: frozenset[UUID] = frozenset()
    withheld: frozenset[UUID] = frozenset()
    """documents this person is not to see for now, whatever else would show them"""
    quarantined: frozenset[UUID] = frozenset()
    """quarantined documents that this person is to remove"""
    on: date = BEFORE_ALL_ENDS
    """the day that ends of restrictions are compared with; by default none has ended"""

    @classmethod
    def everything(cls) -> "Visibility":
        """For the office's own jobs."""
        return cls(owners=None)

    @classmethod
    def public(cls, on: date = BEFORE_ALL_ENDS) -> "Visibility":
        """For anybody: what is open on a day, of every body."""
        return cls(owners=None, levels={ANY_OWNER: OPEN_ONLY}, on=on)

    def levels_of(self, owner: str) -> Levels:
        """The access levels this person may see of an owner's documents."""
        return self.levels.get(owner, self.levels.get(ANY_OWNER, OPEN_ONLY if self.owners is not None else ALL_LEVELS))

    def allows(self, document: ArchivedDocument) -> bool:
        """The same rule as `condition`, for one document at hand."""
        if document.quarantined:
            return document.id in self.quarantined
        if document.id in self.withheld:
            return False
        if document.case_id is not None and document.case_id in self.cases:
            return True
        level = level_on(document, self.on)
        owned = self.owners is None or document.owner in self.owners
        if owned and level in self.levels_of(document.owner):
            return True
        return document.unit is not None and level in self.units.get(document.unit, ())

    def condition(self, of: Described = IN_ROWS) -> Condition:
        """The rule as a condition on documents, so that nobody can count what they may not see."""
        ways = sa.or_(sa.false(), *self._ways(of), *self._worked_on(of))
        return sa.or_(self._not_barred(ways, of), *self._removed(of))

    def slices(self) -> list[tuple[Condition, bool]]:
        """The same rule cut into conditions of which one index each answers: together they hold what `condition` does.

        With each, whether it holds so few documents that all are better read than looked through newest first.
        They may overlap. A database reads an OR of them in no order, and so reads everything that somebody may see.
        """
        if self.owners is None and not self.levels:
            return [(self.condition(), False)]
        few = [*(self._not_barred(one, IN_ROWS) for one in self._worked_on(IN_ROWS)), *self._removed(IN_ROWS)]
        many = [self._not_barred(way, IN_ROWS) for way in self._ways(IN_ROWS, by_owner=True)]
        return [*((one, False) for one in many), *((one, True) for one in few)]

    def without_cases(self) -> "Visibility":
        """What this person sees but for documents of the person's cases."""
        return replace(self, cases=frozenset())

    def of_cases(self, of: Described) -> Condition:
        """What this person sees of the documents of the person's cases."""
        return self._not_barred(sa.true(), of)

    def grounds(self, *, most: int) -> frozenset[str] | None:
        """Words of the index (grounds.py) of which all that may be seen has one; None: more than `most`, or none do."""
        if self.owners is None or self.quarantined or len(self.owners) + len(self.units) + len(self.cases) > most:
            return None
        return grounds("owner", self.owners) | grounds("unit", self.units) | grounds("case_id", self.cases)

    def _worked_on(self, of: Described) -> list[Condition]:
        return [of.one_of("case_id", self.cases)] if self.cases else []

    def _not_barred(self, seen: Condition, of: Described) -> Condition:
        seen &= of.column("quarantined").is_(sa.false())
        return seen & sa.not_(of.one_of("id", self.withheld)) if self.withheld else seen

    def _removed(self, of: Described) -> list[Condition]:
        return [of.one_of("id", self.quarantined)] if self.quarantined else []

    def _ways(self, of: Described, *, by_owner: bool = False) -> Iterator[Condition]:
        named = {owner: self.levels_of(owner) for owner in self.owners or self.levels.keys() - {ANY_OWNER}}
        if self.owners is None:
            others = self._kept_to(self.levels_of(ANY_OWNER), of)
            yield sa.not_(of.one_of("owner", named)) & others if named else others
        for levels in sorted(set(named.values()), key=sorted):
            owners = sorted(owner for owner, allowed in named.items() if allowed == levels)
            for some in [[owner] for owner in owners] if by_owner else [owners]:
                yield of.one_of("owner", some) & self._kept_to(levels, of)
        for levels in sorted(set(self.units.values()), key=sorted):
            units = [unit for unit, allowed in self.units.items() if allowed == levels]
            yield of.one_of("unit", units) & self._kept_to(levels, of)

    def _kept_to(self, levels: Levels, of: Described) -> Condition:
        """Documents whose level on the day is one of these; for the usual sets one comparison tells it."""
        if levels == ALL_LEVELS:
            return sa.true()
        if levels == EVERYDAY:
            return of.column("secret_until") < self.on
        if levels == OPEN_ONLY:
            return of.column("official_until") < self.on
        return level_in_force(self.on, of).in_(sorted(levels))


def level_in_force(on: date, of: Described = IN_ROWS) -> sa.ColumnElement[str]:
    """The level whose circle each document is kept to on a day, for a list or a facet."""
    return sa.case(
        (of.column("secret_until") >= on, str(AccessLevel.COMMERCIAL_SECRET)),
        (of.column("official_until") >= on, str(AccessLevel.OFFICIAL_USE)),
        else_=str(AccessLevel.OPEN),
    )


def check_access(document_id: UUID, level: str, flags: Collection[str]) -> None:
    """Refuse state secrets and levels or flags nobody knows. Raises StateSecretRefused, InvalidMetadata."""
    if STATE_SECRET in {level, *flags}:
        raise StateSecretRefused(document_id=document_id)
    if level not in ALL_LEVELS:
        raise InvalidMetadata(field="access_level", value=level)
    for flag in flags:
        if flag not in FLAGS:
            raise InvalidMetadata(field="access_flags", value=flag)


def check_ground(level: str, ground: str | None) -> None:
    """A restriction that an archivist sets needs a ground. Raises AccessGroundMissing."""
    if level != AccessLevel.OPEN and not (ground or "").strip():
        raise AccessGroundMissing(access_level=level)
