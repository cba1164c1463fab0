"""What an archivist decides of documents: where they stand, how long they are kept, who may see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import check_access, check_ground
from archive.arrangement import ArchiveFile, Arrangement
from archive.documents import ArchivedDocument, Classification
from archive.errors import InvalidMetadata, RetentionClassNotFound
from archive.lifting import write_access
from archive.restrictions import after
from archive.retention import (
    LAST_SIGNED_ON,
    Facts,
    RetentionClass,
    check_retention_class,
    period,
    read_facts,
    write_facts,
)
from archive.store import DOCUMENT, DOCUMENT_COLUMNS, reground, table_of, to_document
from archive.tables import RetentionClassRow

RETENTION_CLASS = table_of(RetentionClassRow)
_BATCH = 1000


class Classifier:
    """Applies classifications and retention in one session."""

    def __init__(self, session: Session, arrangement: Arrangement) -> None:
        self._session = session
        self._arrangement = arrangement

    def classes(self) -> list[RetentionClass]:
        """All retention classes, by code."""
        query = sa.select(RETENTION_CLASS).order_by(RETENTION_CLASS.c.code)
        return [RetentionClass(**row) for row in self._session.execute(query).mappings()]

    def retention_class(self, code: str) -> RetentionClass:
        """One class. Raises RetentionClassNotFound."""
        query = sa.select(RETENTION_CLASS).where(RETENTION_CLASS.c.code == code)
        row = self._session.execute(query).mappings().one_or_none()
        if row is None:
            raise RetentionClassNotFound(retention_class=code)
        return RetentionClass(**row)

    def save_class(self, retention: RetentionClass) -> int:
        """Add or change a class; the periods of its documents follow. Return how many documents that concerned.

        Raises UnknownStartRule, InvalidMetadata.
        """
        check_retention_class(retention)
        values = {
            "title": dict(retention.title),
            "starts": retention.starts,
            "years": retention.years,
            "action": str(retention.action),
            "ground": retention.ground,
        }
        known = sa.update(RETENTION_CLASS).where(RETENTION_CLASS.c.code == retention.code).values(**values)
        updated = self._session.execute(known.returning(RETENTION_CLASS.c.code)).all()
        if not updated:
            self._session.execute(sa.insert(RETENTION_CLASS).values(code=retention.code, **values))
            # documents may have come in under the code before the class was written down
        return self._recompute(retention)

    def classify(
        self, documents: Sequence[ArchivedDocument], decision: Classification, *, now: datetime
    ) -> ArchiveFile | None:
        """Apply a decision to locked documents; return their file, if it names one.

        Raises UnitNotFound, FileClosed, RetentionClassNotFound, AccessGroundMissing, StateSecretRefused,
        InvalidMetadata.
        """
        for document in documents:
            _check_access(document, decision)
        file = self._file(decision, now)
        retention = self._retention(decision, file)
        changes: dict[str, Any] = {} if file is None else {"file_id": file.id}
        if decision.unit is not None:
            changes["unit"] = decision.unit or None
        self._update(documents, changes, retention, {})
        if changes:
            reground(self._session, DOCUMENT.c.id.in_([document.id for document in documents]))
        write_access(self._session, {document.id: after(document, decision) for document in documents})
        return self._arrangement.file(file.id) if file is not None else None

    def set_facts(self, documents: Sequence[ArchivedDocument], facts: Facts) -> None:
        """Record dated facts of locked documents (the case was closed …) and compute their periods.

        Raises InvalidMetadata for an unknown fact.
        """
        self._update(documents, {}, None, facts)

    def _file(self, decision: Classification, now: datetime) -> ArchiveFile | None:
        if decision.file_id is not None:
            return self._arrangement.require_open(decision.file_id)
        if decision.series_id is None:
            return None
        title = (decision.file_title or "").strip()
        if not title:
            raise InvalidMetadata(field="file_title", value=decision.file_title or "")
        return self._arrangement.create_file(decision.series_id, title=title, opened_at=now)

    def _retention(self, decision: Classification, file: ArchiveFile | None) -> RetentionClass | None:
        """The class decided, else the one of the series."""
        code = decision.retention_class
        if code is None and file is not None:
            code = self._arrangement.series_of(file.id).retention_class
        return None if code is None else self.retention_class(code)

    def _update(
        self,
        documents: Sequence[ArchivedDocument],
        changes: Mapping[str, Any],
        retention: RetentionClass | None,
        facts: Facts,
    ) -> None:
        known = {found.code: found for found in self.classes()} if retention is None else {}
        rows = []
        for document in documents:
            kept = retention or known.get(document.retention_class or "")
            code = retention.code if retention else document.retention_class
            rows.append({"of": document.id, **_period_values(document, code, kept, facts)})
        columns = [name for name in (rows[0] if rows else {}) if name != "of"]
        statement = sa.update(DOCUMENT).where(DOCUMENT.c.id == sa.bindparam("of"))
        computed = {name.removeprefix("new_"): sa.bindparam(name, type_=_type(name)) for name in columns}
        if rows:
            self._session.connection().execute(statement.values(**changes, **computed), rows)

    def _recompute(self, retention: RetentionClass) -> int:
        """Bring the periods of all documents of a class up to date, a batch at a time."""
        last, count = 0, 0
        while True:
            query = sa.select(*DOCUMENT_COLUMNS).where(
                DOCUMENT.c.retention_class == retention.code, DOCUMENT.c.seq > last
            )
            found = self._session.execute(query.order_by(DOCUMENT.c.seq).limit(_BATCH).with_for_update()).mappings()
            batch = [to_document(row) for row in found]
            if not batch:
                return count
            self._update(batch, {}, retention, {})
            last, count = batch[-1].seq, count + len(batch)


def _check_access(document: ArchivedDocument, decision: Classification) -> None:
    level = decision.access_level or document.access_level
    check_access(document.id, level, {*(decision.access_flags or ()), *(decision.access_terms or {})})
    if decision.access_level is not None:
        check_ground(level, decision.access_ground or document.access_ground)
    for flag, term in (decision.access_terms or {}).items():
        check_ground(flag, term.ground)


def _period_values(
    document: ArchivedDocument, code: str | None, retention: RetentionClass | None, new_facts: Facts
) -> dict[str, Any]:
    facts = {LAST_SIGNED_ON: document.dated_on, **read_facts(document.retention_facts), **new_facts}
    computed = period(retention, facts) if retention is not None else None
    return {
        "new_retention_class": code,
        "new_retention_facts": write_facts(facts),
        "new_retention_starts": computed.starts if computed else None,
        "new_dispose_after": computed.dispose_after if computed else None,
    }


def _type(name: str) -> sa.types.TypeEngine[Any]:
    return DOCUMENT.c[name.removeprefix("new_")].type


def decided(decision: Classification, file: ArchiveFile | None) -> dict[str, Any]:
    """A classification as custody details: what was decided, nothing else."""
    until, terms = decision.access_until, decision.access_terms
    details: dict[str, Any] = {
        "file": file.code if file else None,
        "retention_class": decision.retention_class,
        "access_level": decision.access_level,
        "access_ground": decision.access_ground,
        "access_until": until.isoformat() if until else None,
        "access_flags": None if decision.access_flags is None else list(decision.access_flags),
        "access_terms": {flag: term.as_json() for flag, term in terms.items()} if terms else None,
        "unit": decision.unit,
        "note": decision.note,
    }
    return {name: value for name, value in details.items() if value is not None}
