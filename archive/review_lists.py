"""Review lists: which documents are up for disposal, what each reviewer decided of each, what became of them.

A list is decided in a case and has its id. Of several opinions the most careful one counts: who wants to keep a
document needs no majority.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.documents import ArchivedDocument
from archive.errors import DocumentNotFound, InvalidMetadata
from archive.holds import is_held
from archive.retention import RetentionClass
from archive.store import DOCUMENT, DOCUMENT_COLUMNS, Store, table_of, to_document
from archive.tables import DisposalEntryRow, DisposalOpinionRow

ENTRY = table_of(DisposalEntryRow)
OPINION = table_of(DisposalOpinionRow)
MOST_ENTRIES = 500
"""documents on one list: so many a person can still look at, and a page can show"""


class Decision(StrEnum):
    """What is to become of a document, the most careful decision first."""

    RETAIN = "retain"
    TRANSFER = "transfer"
    DESTROY = "destroy"


class EntryState(StrEnum):
    """What has become of a document on a list."""

    LISTED = "listed"
    DESTROYED = "destroyed"
    RETAINED = "retained"
    TRANSFERRED = "transferred"
    WITHHELD = "withheld"
    """a hold was laid on it, or its period changed, after it had been decided"""
    REFUSED = "refused"
    """the receiver did not take it"""
    DROPPED = "dropped"
    """taken off the list again"""


@dataclass(frozen=True, kw_only=True, slots=True)
class DisposalEntry:
    """A document on a list."""

    list_id: UUID
    document_id: UUID
    position: int
    proposed: str
    decision: str | None
    state: str
    note: str | None
    ended_at: datetime | None


class ReviewLists:
    """The lists in one session."""

    def __init__(self, session: Session, *, classes: Callable[[], list[RetentionClass]], now: datetime) -> None:
        self._session = session
        self._store = Store(session)
        self._classes = classes
        self._now = now

    def compile(self, list_id: UUID, document_ids: Sequence[UUID]) -> list[DisposalEntry]:
        """Put documents on a list; what stood on it before and is not named again is taken off, opinions go.

        Raises DocumentNotFound; InvalidMetadata: none, too many, or one that stands on another open list.
        """
        if not 0 < len(set(document_ids)) <= MOST_ENTRIES:
            raise InvalidMetadata(field="documents", value=str(len(document_ids)))
        documents = self._store.locked(document_ids)
        if elsewhere := self.listed_elsewhere(list_id, document_ids):
            raise InvalidMetadata(field="documents", value=f"on another list: {min(map(str, elsewhere))}")
        self._session.execute(sa.delete(OPINION).where(OPINION.c.list_id == list_id))
        self._session.execute(sa.delete(ENTRY).where(ENTRY.c.list_id == list_id))
        actions = {each.code: str(each.action) for each in self._classes()}
        rows = [
            {
                "list_id": list_id,
                "document_id": document.id,
                "position": place,
                "proposed": actions.get(document.retention_class or "", ""),
                "decision": None,
                "state": str(EntryState.LISTED),
            }
            for place, document in enumerate(documents, start=1)
        ]
        self._session.execute(sa.insert(ENTRY), rows)
        return self.entries(list_id)

    def due(self, *, on: date, owner: str | None = None, limit: int = 100) -> list[ArchivedDocument]:
        """Documents of a body (None: of all) whose period ended before that day, longest overdue first.

        Those on which a hold lies, and those on a list already, are left out.
        """
        free = ~is_held() & ~is_listed()
        return self._store.due_for_disposal(on=on, limit=limit, free=free, owner=owner)

    def listed_elsewhere(self, list_id: UUID | None, document_ids: Collection[UUID]) -> set[UUID]:
        """Those of the documents that stand on another list that is not done."""
        query = sa.select(ENTRY.c.document_id).where(
            ENTRY.c.document_id.in_(document_ids), ENTRY.c.state == str(EntryState.LISTED)
        )
        if list_id is not None:
            query = query.where(ENTRY.c.list_id != list_id)
        return set(self._session.scalars(query))

    def entries(self, list_id: UUID) -> list[DisposalEntry]:
        """The list in its order."""
        query = sa.select(ENTRY).where(ENTRY.c.list_id == list_id).order_by(ENTRY.c.position)
        return [DisposalEntry(**row) for row in self._session.execute(query).mappings()]

    def documents(self, list_id: UUID) -> list[ArchivedDocument]:
        """The documents of a list in its order."""
        query = sa.select(*DOCUMENT_COLUMNS).join(ENTRY, ENTRY.c.document_id == DOCUMENT.c.id)
        listed = query.where(ENTRY.c.list_id == list_id).order_by(ENTRY.c.position)
        return [to_document(row) for row in self._session.execute(listed).mappings()]

    def give_opinion(self, list_id: UUID, reviewer: str, decisions: Mapping[UUID, Decision]) -> None:
        """One reviewer's decisions; the same reviewer's earlier ones are replaced. Raises DocumentNotFound."""
        known = {entry.document_id for entry in self.entries(list_id)}
        if unknown := set(decisions) - known:
            raise DocumentNotFound(document_id=min(unknown))
        mine = (OPINION.c.list_id == list_id) & (OPINION.c.reviewer == reviewer)
        self._session.execute(sa.delete(OPINION).where(mine))
        rows = [
            {"list_id": list_id, "document_id": each, "reviewer": reviewer, "decision": str(said), "at": self._now}
            for each, said in decisions.items()
        ]
        if rows:
            self._session.execute(sa.insert(OPINION), rows)

    def opinions(self, list_id: UUID) -> dict[UUID, list[str]]:
        """What the reviewers said of each document."""
        query = sa.select(OPINION.c.document_id, OPINION.c.decision).where(OPINION.c.list_id == list_id)
        found: dict[UUID, list[str]] = {}
        for row in self._session.execute(query.order_by(OPINION.c.at, OPINION.c.reviewer)):
            found.setdefault(row.document_id, []).append(row.decision)
        return found

    def decide(self, list_id: UUID) -> dict[Decision, int]:
        """Draw the decisions from the opinions; how many documents each concerns."""
        opinions = self.opinions(list_id)
        counts = dict.fromkeys(Decision, 0)
        for entry in self.entries(list_id):
            decision = most_careful(opinions.get(entry.document_id, []))
            self._update(list_id, entry.document_id, decision=str(decision))
            counts[decision] += 1
        return counts

    def end(self, list_id: UUID, document_id: UUID, state: EntryState, note: str | None = None) -> None:
        """Say what became of a document; once said it stays."""
        self._update(list_id, document_id, state=str(state), note=note, ended_at=self._now)

    def drop(self, list_id: UUID) -> None:
        """Give a list up: its documents may stand on another one."""
        open_ = (ENTRY.c.list_id == list_id) & (ENTRY.c.state == str(EntryState.LISTED))
        gone = {"state": str(EntryState.DROPPED), "ended_at": self._now}
        self._session.execute(sa.update(ENTRY).where(open_).values(**gone))

    def _update(self, list_id: UUID, document_id: UUID, **values: object) -> None:
        mine = (ENTRY.c.list_id == list_id) & (ENTRY.c.document_id == document_id)
        listed = mine & (ENTRY.c.state == str(EntryState.LISTED))
        self._session.execute(sa.update(ENTRY).where(listed).values(**values))


def most_careful(opinions: Collection[str]) -> Decision:
    """Of several opinions the most careful one; of none: the document stays."""
    return next((each for each in Decision if str(each) in opinions), Decision.RETAIN)


def is_listed() -> sa.ColumnElement[bool]:
    """A condition on archive_document: it stands on a list that is not done."""
    return sa.exists().where(ENTRY.c.document_id == DOCUMENT.c.id, ENTRY.c.state == str(EntryState.LISTED))
