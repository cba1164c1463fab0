"""The SQL of documents, revisions and custody: Core statements in the caller's session, every list by an index."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.custody import CustodyEvent, CustodyHead
from archive.documents import GONE, ArchivedDocument, Revision
from archive.errors import DocumentNotFound, RevisionNotFound
from archive.grounds import GROUNDS, grounds_of
from archive.search_index import merge_new_words
from archive.tables import Base, CustodyRow, DocumentRow, FileRow, RevisionRow, SearchTextRow, SignerRow


def table_of(row: type[Base]) -> sa.Table:
    """The Core table of a mapped row."""
    table = row.__table__
    if not isinstance(table, sa.Table):
        raise TypeError(row)
    return table


DOCUMENT = table_of(DocumentRow)
REVISION = table_of(RevisionRow)
CUSTODY = table_of(CustodyRow)
SIGNER = table_of(SignerRow)
SEARCH_TEXT = table_of(SearchTextRow)
_FILE = table_of(FileRow)

_TUPLES = ("access_flags", "signers")
_DOCUMENT_FIELDS = [field.name for field in fields(ArchivedDocument)]
DOCUMENT_COLUMNS = [DOCUMENT.c[name] for name in _DOCUMENT_FIELDS]
_REVISION_COLUMNS = [REVISION.c[field.name] for field in fields(Revision)]
_CUSTODY_COLUMNS = [CUSTODY.c[field.name] for field in fields(CustodyEvent)]


# statements that every document taken in needs are built once, and told to the connection: it maps no objects
_FIND = sa.select(*DOCUMENT_COLUMNS).where(DOCUMENT.c.id == sa.bindparam("wanted"))
_KEEP_TEXT = sa.insert(SEARCH_TEXT).returning(SEARCH_TEXT.c.seq, sort_by_parameter_order=True)
_INSERT_DOCUMENT, _INSERT_SIGNER = sa.insert(DOCUMENT), sa.insert(SIGNER)
_INSERT_REVISION, _INSERT_CUSTODY = sa.insert(REVISION), sa.insert(CUSTODY)


def to_document(row: sa.RowMapping) -> ArchivedDocument:
    """A row of archive_document as the archive's type."""
    values = {name: row[name] for name in _DOCUMENT_FIELDS}
    return ArchivedDocument(**{**values, **{name: tuple(values[name]) for name in _TUPLES}})


def reground(session: Session, of: sa.ColumnElement[bool]) -> None:
    """The unit or the series of these documents is another from now on: the index is told by what they are found."""
    told = [DOCUMENT.c[name] for name in GROUNDS if name in DOCUMENT.c]
    query = sa.select(SEARCH_TEXT.c.seq, SEARCH_TEXT.c.grounds, *told, _FILE.c.series_id)
    filed = query.join_from(DOCUMENT, SEARCH_TEXT).outerjoin(_FILE, _FILE.c.id == DOCUMENT.c.file_id).where(of)
    found = session.execute(filed).mappings().all()
    rows = [{"of": row["seq"], "new": new} for row in found if (new := grounds_of(dict(row))) != row["grounds"]]
    if rows:
        update = sa.update(SEARCH_TEXT).where(SEARCH_TEXT.c.seq == sa.bindparam("of"))
        session.connection().execute(update.values(grounds=sa.bindparam("new")), rows)


class Store:
    """Documents, revisions and custody in one session; flushes, never commits."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def find(self, document_id: UUID) -> ArchivedDocument | None:
        """The document, or None."""
        row = self.session.connection().execute(_FIND, {"wanted": document_id}).mappings().first()
        return to_document(row) if row is not None else None

    def documents(self, document_ids: Sequence[UUID]) -> list[ArchivedDocument]:
        """Those of these documents that exist, in the order of accession."""
        return self._documents(DOCUMENT.c.id.in_(document_ids))

    def locked(self, document_ids: Sequence[UUID]) -> list[ArchivedDocument]:
        """The documents, locked until the transaction ends, in a fixed order. Raises DocumentNotFound."""
        found = self._documents(DOCUMENT.c.id.in_(document_ids), lock=True)
        missing = set(document_ids) - {document.id for document in found}
        if missing:
            raise DocumentNotFound(document_id=min(missing))
        return found

    def of_case(self, case_id: UUID) -> list[ArchivedDocument]:
        """All documents of a case, in the order of accession."""
        return self._documents(DOCUMENT.c.case_id == case_id)

    def with_revision(self, sha256: str) -> list[ArchivedDocument]:
        """The documents that have a revision of this hash, in the order of accession."""
        holders = sa.select(REVISION.c.document_id).where(REVISION.c.sha256 == sha256)
        return self._documents(DOCUMENT.c.id.in_(holders))

    def of_file(self, file_id: UUID, *, lock: bool = False) -> list[ArchivedDocument]:
        """All documents of a file, in the order of accession."""
        return self._documents(DOCUMENT.c.file_id == file_id, lock=lock)

    def after(self, seq: int, *, limit: int) -> list[ArchivedDocument]:
        """The next documents in the order of accession."""
        return self._documents(DOCUMENT.c.seq > seq, limit=limit)

    def due_for_disposal(
        self, *, on: date, limit: int, free: sa.ColumnElement[bool], owner: str | None = None
    ) -> list[ArchivedDocument]:
        """Documents whose period ended before that day and that the condition lets go, longest overdue first."""
        over = (DOCUMENT.c.dispose_after < on) & DOCUMENT.c.status.not_in(sorted(GONE)) & free
        if owner is not None:
            over &= DOCUMENT.c.owner == owner
        query = sa.select(*DOCUMENT_COLUMNS).where(over).order_by(DOCUMENT.c.dispose_after, DOCUMENT.c.seq).limit(limit)
        return [to_document(row) for row in self.session.execute(query).mappings()]

    def _documents(
        self, condition: sa.ColumnElement[bool], *, lock: bool = False, limit: int | None = None
    ) -> list[ArchivedDocument]:
        query = sa.select(*DOCUMENT_COLUMNS).where(condition).order_by(DOCUMENT.c.seq).limit(limit)
        if lock:
            query = query.with_for_update()
        return [to_document(row) for row in self.session.execute(query).mappings()]

    def insert(self, documents: Sequence[Mapping[str, Any]], searchable: Sequence[Mapping[str, Any]]) -> None:
        """Insert documents with their signers and, in the same order, {text, tokens, folding} of each."""
        connection = self.session.connection()
        places = connection.scalars(_KEEP_TEXT, [dict(each) for each in searchable]).all()
        rows = [{**values, "seq": seq} for values, seq in zip(documents, places, strict=True)]
        connection.execute(_INSERT_DOCUMENT, rows)
        merge_new_words(connection)
        self._insert_signers({values["id"]: values["signers"] for values in documents})

    def _insert_signers(self, signers: Mapping[UUID, Sequence[Mapping[str, Any]]]) -> None:
        rows = [
            {"document_id": document_id, "position": place, **_signer(signer)}
            for document_id, listed in signers.items()
            for place, signer in enumerate(listed)
        ]
        if rows:
            self.session.connection().execute(_INSERT_SIGNER, rows)

    def replace_signers(self, document_id: UUID, signers: Sequence[Mapping[str, Any]]) -> str:
        """Others are its signers from now on; the document's text."""
        self.session.execute(sa.delete(SIGNER).where(SIGNER.c.document_id == document_id))
        self._insert_signers({document_id: signers})
        text = sa.select(SEARCH_TEXT.c.text).join_from(SEARCH_TEXT, DOCUMENT).where(DOCUMENT.c.id == document_id)
        return str(self.session.scalar(text) or "")

    def update_tokens(self, document_id: UUID, tokens: str, **texts: str) -> None:
        """What a search finds the document by; `text=""` forgets what it quotes, too."""
        seq = sa.select(DOCUMENT.c.seq).where(DOCUMENT.c.id == document_id).scalar_subquery()
        self.session.execute(sa.update(SEARCH_TEXT).where(SEARCH_TEXT.c.seq == seq).values(tokens=tokens, **texts))

    def update(self, document_id: UUID, **values: Any) -> None:
        """Change columns of one document."""
        self.session.execute(sa.update(DOCUMENT).where(DOCUMENT.c.id == document_id).values(**values))

    def revisions(self, document_id: UUID) -> list[Revision]:
        """All revisions of a document, oldest first."""
        return self.revisions_of([document_id])

    def revision(self, document_id: UUID, number: int) -> Revision:
        """One revision. Raises RevisionNotFound."""
        query = sa.select(*_REVISION_COLUMNS).where(
            REVISION.c.document_id == document_id, REVISION.c.revision == number
        )
        row = self.session.execute(query).mappings().one_or_none()
        if row is None:
            raise RevisionNotFound(document_id=document_id, revision=number)
        return Revision(**row)

    def insert_revisions(self, revisions: Sequence[Revision]) -> None:
        """Add revisions, of one document or of several."""
        self.session.connection().execute(_INSERT_REVISION, [_row(revision) for revision in revisions])

    def revisions_of(self, document_ids: Sequence[UUID]) -> list[Revision]:
        """All revisions of several documents, oldest first."""
        query = sa.select(*_REVISION_COLUMNS).where(REVISION.c.document_id.in_(document_ids))
        rows = self.session.execute(query.order_by(REVISION.c.document_id, REVISION.c.revision)).mappings()
        return [Revision(**row) for row in rows]

    def custody_of(self, document_ids: Sequence[UUID]) -> list[CustodyEvent]:
        """The whole custody chains of several documents, first events first."""
        query = sa.select(*_CUSTODY_COLUMNS).where(CUSTODY.c.document_id.in_(document_ids))
        rows = self.session.execute(query.order_by(CUSTODY.c.document_id, CUSTODY.c.seq)).mappings()
        return [CustodyEvent(**row) for row in rows]

    def referenced(self, hashes: Sequence[str]) -> set[str]:
        """Those of the hashes that are some revision's of a document whose bytes are kept."""
        return self._revised(hashes, DOCUMENT.c.status.not_in(sorted(GONE)))

    def disposed(self, hashes: Sequence[str]) -> set[str]:
        """Those of the hashes that are some revision's of a document that is gone."""
        return self._revised(hashes, DOCUMENT.c.status.in_(sorted(GONE)))

    def _revised(self, hashes: Sequence[str], condition: sa.ColumnElement[bool]) -> set[str]:
        query = sa.select(REVISION.c.sha256).join_from(REVISION, DOCUMENT)
        return set(self.session.scalars(query.where(REVISION.c.sha256.in_(hashes), condition).distinct()))

    def begin_custody(self, events: Sequence[CustodyEvent]) -> None:
        """The first event of each of several new documents, whose rows name it already."""
        self.session.connection().execute(_INSERT_CUSTODY, [_row(event) for event in events])

    def append_custody(self, events: Sequence[CustodyEvent]) -> None:
        """Add one event to each of several locked documents and move their heads."""
        if not events:
            return
        self.begin_custody(events)
        heads = (
            sa.update(DOCUMENT)
            .where(DOCUMENT.c.id == sa.bindparam("of"))
            .values(custody_seq=sa.bindparam("seq_now"), custody_head=sa.bindparam("head_now"))
        )
        self.session.connection().execute(
            heads, [{"of": event.document_id, "seq_now": event.seq, "head_now": event.sha256} for event in events]
        )


def custody_head(document: ArchivedDocument) -> CustodyHead:
    """Where the document's chain ends."""
    return CustodyHead(document_id=document.id, seq=document.custody_seq, sha256=document.custody_head)


def _row(value: CustodyEvent | Revision) -> dict[str, Any]:
    """Its fields as columns; not `asdict`, which copies the details deeply and costs as much as the statement."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _signer(signer: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "name": str(signer.get("name", "")),
        "capacity": _optional_text(signer.get("capacity")),
        "serial": _optional_text(signer.get("serial")),
    }


def _optional_text(value: object) -> str | None:
    return None if value is None else str(value)
