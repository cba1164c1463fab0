"""What evidence batches hold: which revisions and heads of chains each covers, its token, the levels of its hash tree.

The archive keeps them and knows no signatures: hashes and tokens come in and go out as bytes.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.canonical import canonical
from archive.errors import EvidenceMissing
from archive.evidence_tables import EvidenceBatchRow, EvidenceMemberRow, EvidenceNodesRow
from archive.store import DOCUMENT, REVISION, table_of

BATCH, MEMBER, NODES = table_of(EvidenceBatchRow), table_of(EvidenceMemberRow), table_of(EvidenceNodesRow)
COLLECTING, SEALED = "collecting", "sealed"
STRETCH = 128
"""hashes in one row: a record reads one row of each level"""


class ObjectKind(StrEnum):
    """What a batch can cover."""

    DOCUMENT = "document"
    """a revision of a document, by its bytes"""
    CUSTODY = "custody"
    CASE = "case"
    AUDIT = "audit"
    TOKEN = "token"  # noqa: S105 - the timestamp of an older batch
    """renewed by being covered"""


HEADS = frozenset({ObjectKind.CUSTODY, ObjectKind.CASE, ObjectKind.AUDIT})
"""heads of chains: covered by their `statement`"""


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceObject:
    """Something that is to be proven, or is."""

    kind: str
    subject: str
    """id of the document or the case, name of the audit trail's stream, number of the batch"""
    number: int
    """of the revision, or of the chain's event"""
    sha256: str

    def statement(self) -> bytes:
        """What is hashed of the head of a chain: canonical JSON (RFC 8785) that says where the chain stood."""
        told: dict[str, str | int] = {
            "chain": self.kind,
            "id": self.subject,
            "sequence": self.number,
            "sha256": self.sha256,
        }
        return canonical({**told})

    def digest(self, algorithm: str, stream: Callable[[str], Iterator[bytes]]) -> bytes:
        """Its hash. `stream` gives a blob's bytes: a document is read only where its SHA-256 will not do.

        Raises BlobMissing.
        """
        if self.kind in HEADS:
            return hashlib.new(algorithm, self.statement()).digest()
        if algorithm == "sha256":
            return bytes.fromhex(self.sha256)
        digest = hashlib.new(algorithm)
        for piece in stream(self.sha256):
            digest.update(piece)
        return digest.digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceMember:
    """An object in one batch."""

    object: EvidenceObject
    batch: int
    leaf: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceBatch:
    """One batch; see the table."""

    number: int
    algorithm: str
    state: str
    renews: tuple[int, ...]
    superseded_by: int | None
    complete: bool
    opened_at: datetime
    stamped_at: datetime | None
    objects: int
    leaves: int
    token: bytes | None = field(repr=False)


class Evidence:
    """Batches in one session; flushes, never commits."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    # batches

    def batches(self) -> list[EvidenceBatch]:
        """All batches, oldest first."""
        return self._batches(sa.true())

    def batch(self, number: int) -> EvidenceBatch:
        """One batch. Raises EvidenceMissing."""
        found = self._batches(BATCH.c.number == number)
        if not found:
            raise EvidenceMissing(batch=number)
        return found[0]

    def collecting(self) -> list[EvidenceBatch]:
        """Batches that were begun and not sealed yet: at most one is usual."""
        return self._batches(BATCH.c.state == COLLECTING)

    def newest_sealed(self) -> EvidenceBatch | None:
        """The newest batch with a timestamp."""
        newest = sa.select(sa.func.max(BATCH.c.number)).where(BATCH.c.state == SEALED).scalar_subquery()
        return next(iter(self._batches(BATCH.c.number == newest)), None)

    def begin(self, algorithm: str, renews: Iterable[int] = ()) -> int:
        """A new batch; its number."""
        highest = self._session.scalar(sa.select(sa.func.max(BATCH.c.number))) or 0
        values: dict[str, Any] = {"number": highest + 1, "algorithm": algorithm, "state": COLLECTING}
        values |= {"renews": list(renews), "opened_at": self._now, "objects": 0, "leaves": 0, "complete": False}
        self._session.execute(sa.insert(BATCH).values(**values))
        return int(highest + 1)

    def cover(self, batch: int, members: Sequence[tuple[EvidenceObject, bytes]]) -> None:
        """Add objects, each with its leaf, to a batch that is being collected."""
        rows = [{**_identity(one), "sha256": one.sha256, "batch": batch, "leaf": leaf} for one, leaf in members]
        if rows:
            self._session.execute(sa.insert(MEMBER), rows)
            counted = sa.update(BATCH).where(BATCH.c.number == batch).values(objects=BATCH.c.objects + len(rows))
            self._session.execute(counted)

    def completed(self, batch: int) -> None:
        """With this batch everything has evidence that was there when it was begun."""
        self._session.execute(sa.update(BATCH).where(BATCH.c.number == batch).values(complete=True))

    def keep_token(self, batch: int, token: bytes) -> None:
        """The same token with more validation data outside of what is signed; before anything hashes it."""
        self._session.execute(sa.update(BATCH).where(BATCH.c.number == batch).values(token=token))

    def seal(self, batch: EvidenceBatch, levels: Sequence[bytes], token: bytes, *, stamped_at: datetime) -> None:
        """The batch has its timestamp; whatever its hash tree renews is superseded."""
        size = hashlib.new(batch.algorithm).digest_size
        rows = [
            {"batch": batch.number, "level": level, "stretch": at // (STRETCH * size), "first": row[at : at + size]}
            | {"hashes": row[at : at + STRETCH * size]}
            for level, row in enumerate(levels)
            for at in range(0, len(row), STRETCH * size)
        ]
        self._session.execute(sa.insert(NODES), rows)
        values = {"state": SEALED, "token": token, "stamped_at": stamped_at, "leaves": len(levels[0]) // size}
        self._session.execute(sa.update(BATCH).where(BATCH.c.number == batch.number).values(**values))
        if batch.renews:
            renewed = sa.update(BATCH).where(BATCH.c.number.in_(batch.renews))
            self._session.execute(renewed.values(superseded_by=batch.number))

    def discard(self, batch: int) -> None:
        """Forget a batch that covers nothing."""
        self._session.execute(sa.delete(BATCH).where(BATCH.c.number == batch, BATCH.c.objects == 0))

    def _batches(self, condition: sa.ColumnElement[bool]) -> list[EvidenceBatch]:
        columns = [BATCH.c[each.name] for each in fields(EvidenceBatch)]
        rows = self._session.execute(sa.select(*columns).where(condition).order_by(BATCH.c.number)).mappings()
        return [EvidenceBatch(**{**row, "renews": tuple(row["renews"])}) for row in rows]

    # what a batch covers

    def leaves(self, batch: int) -> list[bytes]:
        """The leaves of all its members, in no order."""
        return list(self._session.scalars(sa.select(MEMBER.c.leaf).where(MEMBER.c.batch == batch)))

    def members(self, batch: int, *, after: EvidenceObject | None, limit: int) -> list[EvidenceMember]:
        """The next objects a batch covers, in a fixed order."""
        key = sa.tuple_(MEMBER.c.kind, MEMBER.c.subject, MEMBER.c.number)
        query = sa.select(MEMBER).where(MEMBER.c.batch == batch).order_by(*key).limit(limit)
        if after is not None:
            query = query.where(key > sa.tuple_(*map(sa.literal, (after.kind, after.subject, after.number))))
        return [_member(row) for row in self._session.execute(query).mappings()]

    def already_in(self, batch: int, objects: Sequence[EvidenceObject]) -> set[EvidenceObject]:
        """Those of the objects that the batch covers."""
        key = sa.tuple_(MEMBER.c.kind, MEMBER.c.subject, MEMBER.c.number)
        wanted = [(str(one.kind), one.subject, one.number) for one in objects]
        query = sa.select(MEMBER).where(MEMBER.c.batch == batch, key.in_(wanted))
        return {_member(row).object for row in self._session.execute(query).mappings()}

    def lineage(self, kind: str, subject: str, number: int) -> list[EvidenceMember]:
        """One object in all sealed batches that cover it: the first one, then each that renewed its hash tree."""
        return self._members(MEMBER.c.kind == kind, MEMBER.c.subject == subject, MEMBER.c.number == number)

    def newest_covered(self, kind: str, subject: str) -> EvidenceObject | None:
        """The newest revision of a document, or the newest head of a chain, that a sealed batch covers."""
        found = self._members(MEMBER.c.kind == kind, MEMBER.c.subject == subject, newest=True)
        return found[0].object if found else None

    def covered(self, kind: str, subject: str) -> list[EvidenceMember]:
        """All that sealed batches cover of a document's revisions or of a chain, oldest first."""
        return self._members(MEMBER.c.kind == kind, MEMBER.c.subject == subject)

    def _members(self, *conditions: sa.ColumnElement[bool], newest: bool = False) -> list[EvidenceMember]:
        order = (MEMBER.c.number.desc(), MEMBER.c.batch) if newest else (MEMBER.c.number, MEMBER.c.batch)
        query = sa.select(MEMBER).join(BATCH).where(BATCH.c.state == SEALED, *conditions).order_by(*order)
        return [_member(row) for row in self._session.execute(query.limit(1) if newest else query).mappings()]

    # what no batch covers yet

    def bare_revisions(self, after: tuple[UUID, int] | None, limit: int) -> list[EvidenceObject]:
        """The next revisions without evidence, in a fixed order."""
        key = sa.tuple_(REVISION.c.document_id, REVISION.c.revision)
        covered = is_covered(ObjectKind.DOCUMENT, _as_subject(REVISION.c.document_id), REVISION.c.revision)
        query = sa.select(REVISION).where(~covered).order_by(*key).limit(limit)
        if after is not None:
            query = query.where(key > sa.tuple_(sa.literal(after[0], sa.Uuid()), sa.literal(after[1])))
        return [
            EvidenceObject(
                kind=ObjectKind.DOCUMENT, subject=row.document_id.hex, number=row.revision, sha256=row.sha256
            )
            for row in self._session.execute(query)
        ]

    def bare_custody(self, after: int, limit: int) -> tuple[list[EvidenceObject], int]:
        """The next heads of chains of custody without evidence, by accession, and where to go on."""
        covered = is_covered(ObjectKind.CUSTODY, _as_subject(DOCUMENT.c.id), DOCUMENT.c.custody_seq)
        query = sa.select(DOCUMENT.c.id, DOCUMENT.c.seq, DOCUMENT.c.custody_seq, DOCUMENT.c.custody_head)
        rows = self._session.execute(
            query.where(DOCUMENT.c.seq > after, ~covered).order_by(DOCUMENT.c.seq).limit(limit)
        ).all()
        found = [
            EvidenceObject(kind=ObjectKind.CUSTODY, subject=row.id.hex, number=row.custody_seq, sha256=row.custody_head)
            for row in rows
        ]
        return found, rows[-1].seq if rows else after

    # the hash tree

    def place(self, batch: EvidenceBatch, leaf: bytes) -> int:
        """Where a leaf stands in the lowest level. Raises EvidenceMissing."""
        lowest = sa.select(NODES.c.stretch, NODES.c.hashes).where(NODES.c.batch == batch.number, NODES.c.level == 0)
        row = self._session.execute(
            lowest.where(NODES.c.first <= leaf).order_by(NODES.c.first.desc()).limit(1)
        ).one_or_none()
        size = len(leaf)
        known = [] if row is None else [row.hashes[at : at + size] for at in range(0, len(row.hashes), size)]
        within = bisect_left(known, leaf)
        if row is None or within == len(known) or known[within] != leaf:
            raise EvidenceMissing(batch=batch.number)
        return int(row.stretch) * STRETCH + within

    def nodes(self, batch: EvidenceBatch, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """Hashes of the tree by level and place, in one question. Raises EvidenceMissing where the tree has a hole."""
        size = hashlib.new(batch.algorithm).digest_size
        key = sa.tuple_(NODES.c.level, NODES.c.stretch)
        wanted = {(level, place // STRETCH) for level, place in places}
        query = sa.select(NODES.c.level, NODES.c.stretch, NODES.c.hashes).where(NODES.c.batch == batch.number)
        rows = {(row.level, row.stretch): row.hashes for row in self._session.execute(query.where(key.in_(wanted)))}
        found = {}
        for level, place in places:
            start = place % STRETCH * size
            found[level, place] = bytes(rows.get((level, place // STRETCH), b"")[start : start + size])
            if len(found[level, place]) != size:
                raise EvidenceMissing(batch=batch.number)
        return found

    def level(self, batch: int, level: int) -> bytes:
        """A whole level, its stretches one after the other."""
        query = sa.select(NODES.c.hashes).where(NODES.c.batch == batch, NODES.c.level == level)
        return b"".join(self._session.scalars(query.order_by(NODES.c.stretch)))


def is_covered(
    kind: str, subject: sa.SQLColumnExpression[str], number: sa.SQLColumnExpression[int]
) -> sa.ColumnElement[bool]:
    """Whether some batch covers it already, sealed or still collecting."""
    return sa.exists().where(MEMBER.c.kind == kind, MEMBER.c.subject == subject, MEMBER.c.number == number)


def _as_subject(column: sa.ColumnElement[UUID]) -> sa.ColumnElement[str]:
    """A UUID as 32 hexadecimal digits, in the words of each database."""
    return sa.func.replace(sa.cast(column, sa.Text), "-", "")


def _identity(one: EvidenceObject) -> dict[str, Any]:
    return {"kind": str(one.kind), "subject": one.subject, "number": one.number}


def _member(row: sa.RowMapping) -> EvidenceMember:
    known = {name: row[name] for name in ("kind", "subject", "number", "sha256")}
    return EvidenceMember(object=EvidenceObject(**known), batch=row["batch"], leaf=bytes(row["leaf"]))
