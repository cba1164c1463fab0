"""Who may see what: levels, and the filter every search and list passes through (B9, B16)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from archive.documents import STATE_SECRET, AccessLevel, ArchivedDocument
from archive.errors import AccessGroundMissing, InvalidMetadata, StateSecretRefused
from archive.tables import DocumentRow

_OPEN_ONLY = frozenset({str(AccessLevel.OPEN)})
_ALL_LEVELS = frozenset(str(level) for level in AccessLevel)
ANY_OWNER = "*"
"""The key of `Visibility.levels` for owners it does not name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visibility:
    """What a person may see: documents of these owners at these levels, and every document of the person's cases.

    `owners` None means all. One without an entry in `levels` has that of ANY_OWNER; without that either, who sees
    all owners sees all levels, and who sees some sees their open documents.
    """

    owners: frozenset[str] | None
    levels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cases: frozenset[UUID] = frozenset()
    withheld: frozenset[UUID] = frozenset()
    """documents this person is not to see for now, whatever else would show them"""

    @classmethod
    def everything(cls) -> "Visibility":
        """For the office's own jobs."""
        return cls(owners=None)

    @classmethod
    def public(cls) -> "Visibility":
        """For anybody: what is open, of every body."""
        return cls(owners=None, levels={ANY_OWNER: _OPEN_ONLY})

    def levels_of(self, owner: str) -> frozenset[str]:
        """The access levels this person may see of an owner's documents."""
        return self.levels.get(
            owner, self.levels.get(ANY_OWNER, _OPEN_ONLY if self.owners is not None else _ALL_LEVELS)
        )

    def allows(self, document: ArchivedDocument) -> bool:
        """The same rule as `condition`, for one document at hand."""
        if document.id in self.withheld:
            return False
        if document.case_id is not None and document.case_id in self.cases:
            return True
        owned = self.owners is None or document.owner in self.owners
        return owned and document.access_level in self.levels_of(document.owner)

    def condition(self) -> sa.ColumnElement[bool]:
        """The rule as a condition on archive_document, so that nobody can count what they may not see."""
        if not self.withheld:
            return self._seen()
        return self._seen() & DocumentRow.__table__.c.id.not_in(sorted(self.withheld))

    def _seen(self) -> sa.ColumnElement[bool]:
        table = DocumentRow.__table__.c
        ways: list[sa.ColumnElement[bool]] = []
        if self.owners is None:
            if not self.levels:
                return sa.true()
            named = {owner: levels for owner, levels in self.levels.items() if owner != ANY_OWNER}
            others = table.access_level.in_(sorted(self.levels_of(ANY_OWNER)))
            ways.append(table.owner.not_in(sorted(named)) & others if named else others)
        else:
            named = {owner: self.levels_of(owner) for owner in self.owners}
        for levels in sorted(set(named.values()), key=sorted):
            owners = sorted(owner for owner, allowed in named.items() if allowed == levels)
            ways.append(table.owner.in_(owners) & table.access_level.in_(sorted(levels)))
        if self.cases:
            ways.append(table.case_id.in_(sorted(self.cases)))
        return sa.or_(sa.false(), *ways)


def check_access(document_id: UUID, level: str, flags: Collection[str]) -> None:
    """Refuse state secrets and levels nobody knows. Raises StateSecretRefused, InvalidMetadata."""
    if STATE_SECRET in {level, *flags}:
        raise StateSecretRefused(document_id=document_id)
    if level not in _ALL_LEVELS:
        raise InvalidMetadata(field="access_level", value=level)


def check_ground(level: str, ground: str | None) -> None:
    """A restriction that an archivist sets needs a ground. Raises AccessGroundMissing."""
    if level != AccessLevel.OPEN and not (ground or "").strip():
        raise AccessGroundMissing(access_level=level)
