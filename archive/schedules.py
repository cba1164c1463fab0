"""Retention schedules as they change: one person proposes a wording, another puts it in force; none is overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.classification import Classifier
from archive.documents import GONE
from archive.errors import InvalidMetadata, ScheduleDecided, SchedulePending, SecondPersonNeeded, UnitNotFound
from archive.retention import RetentionClass, check_retention_class, years_before
from archive.schedule_tables import PROPOSED, RetentionVersionRow
from archive.store import DOCUMENT, table_of

VERSION = table_of(RetentionVersionRow)
IN_FORCE, SUPERSEDED, REFUSED = "in_force", "superseded", "refused"
WORDING = ("title", "starts", "years", "action", "ground")


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleVersion:
    """A wording of a schedule and what became of it."""

    id: UUID
    code: str
    version: int | None
    state: str
    title: Mapping[str, str]
    starts: str
    years: int | None
    action: str
    ground: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str

    @property
    def schedule(self) -> RetentionClass:
        """The retention class it words."""
        return RetentionClass(code=self.code, **{name: getattr(self, name) for name in WORDING})


class Schedules:
    """All wordings of all schedules, in one session and at one instant."""

    def __init__(self, session: Session, classifier: Classifier, now: datetime) -> None:
        self._session = session
        self._classifier = classifier
        self._now = now

    def versions(self, code: str) -> list[ScheduleVersion]:
        """What was ever proposed for a schedule, the newest first."""
        query = sa.select(VERSION).where(VERSION.c.code == code)
        return self._found(query.order_by(VERSION.c.proposed_at.desc(), VERSION.c.version.desc()))

    def proposals(self) -> list[ScheduleVersion]:
        """What waits for a second person, by code."""
        return self._found(sa.select(VERSION).where(VERSION.c.state == PROPOSED).order_by(VERSION.c.code))

    def propose(self, retention: RetentionClass, *, reason: str, actor: str) -> ScheduleVersion:
        """A new schedule, or another wording of one. Nothing changes until a second person agrees.

        Raises UnknownStartRule, InvalidMetadata: something is missing, or it is what is in force; SchedulePending.
        """
        check_retention_class(retention)
        if not reason.strip():
            raise InvalidMetadata(field="reason", value="")
        if retention in self._classifier.classes():
            raise InvalidMetadata(field="years", value="unchanged")
        blank = {"version": None, "decided_by": None, "decided_at": None, "note": ""}
        identity = uuid4()
        values = {**_wording(retention), "reason": reason, "proposed_by": actor, "proposed_at": self._now}
        try:
            with self._session.begin_nested():
                self._session.execute(sa.insert(VERSION).values(id=identity, state=PROPOSED, **values, **blank))
        except IntegrityError as error:
            raise SchedulePending(retention_class=retention.code) from error
        return self._one(identity)

    def confirm(self, version_id: UUID, *, note: str, actor: str) -> tuple[ScheduleVersion, int]:
        """Put a proposal in force; the periods of its documents follow. The version, and how many documents.

        Raises UnitNotFound, ScheduleDecided, SecondPersonNeeded: nobody decides of what they proposed themselves.
        """
        proposed = self._one(version_id, lock=True)
        _require_second(proposed, actor)
        count = self._enact(proposed.id, proposed.schedule, note=note, actor=actor)
        return self._one(version_id), count

    def refuse(self, version_id: UUID, *, note: str, actor: str) -> ScheduleVersion:
        """It stays as it was; whoever proposed it may take it back so. Raises UnitNotFound, ScheduleDecided …"""
        proposed = self._one(version_id, lock=True)
        if proposed.state != PROPOSED:
            raise ScheduleDecided(state=proposed.state)
        if not note.strip():
            raise InvalidMetadata(field="note", value="")
        self._set(version_id, state=REFUSED, note=note, decided_by=actor, decided_at=self._now)
        return self._one(version_id)

    def found(self, retention: RetentionClass, *, actor: str) -> int:
        """A wording that needs no second person, such as the first one of a new office; how many documents follow.

        Raises UnknownStartRule, InvalidMetadata.
        """
        check_retention_class(retention)
        identity = uuid4()
        values = {**_wording(retention), "reason": "", "proposed_by": actor, "proposed_at": self._now, "note": ""}
        decided = {"version": None, "decided_by": None, "decided_at": None}
        self._session.execute(sa.insert(VERSION).values(id=identity, state=IN_FORCE, **values, **decided))
        return self._enact(identity, retention, note="", actor=actor)

    def concerned(self, retention: RetentionClass, *, on: date) -> tuple[int, int | None]:
        """How many documents stand under the class, and how many of them would be due; None: that is not known before.

        A wording that begins elsewhere dates each document anew, so what would be due is counted only where the
        beginning stays.
        """
        under = sa.select(sa.func.count()).where(
            DOCUMENT.c.retention_class == retention.code, DOCUMENT.c.status.not_in(sorted(GONE))
        )
        count = self._session.execute(under).scalar_one()
        known = {each.code: each for each in self._classifier.classes()}.get(retention.code)
        if known is None or known.starts != retention.starts:
            return count, None if count else 0
        if retention.years is None:
            return count, 0
        over = under.where(DOCUMENT.c.retention_starts < years_before(on, retention.years))
        return count, self._session.execute(over).scalar_one()

    def _enact(self, version_id: UUID, retention: RetentionClass, *, note: str, actor: str) -> int:
        of = VERSION.c.code == retention.code
        last = self._session.scalar(sa.select(sa.func.max(VERSION.c.version)).where(of)) or 0
        before = sa.update(VERSION).where(of, VERSION.c.state == IN_FORCE)
        self._session.execute(before.values(state=SUPERSEDED))
        decided = {"decided_by": actor, "decided_at": self._now, "note": note}
        self._set(version_id, state=IN_FORCE, version=last + 1, **decided)
        return self._classifier.save_class(retention)

    def _one(self, version_id: UUID, *, lock: bool = False) -> ScheduleVersion:
        query = sa.select(VERSION).where(VERSION.c.id == version_id)
        found = self._found(query.with_for_update() if lock else query)
        if not found:
            raise UnitNotFound(kind="schedule", id=version_id)
        return found[0]

    def _found(self, query: sa.Select[Any]) -> list[ScheduleVersion]:
        return [ScheduleVersion(**row) for row in self._session.execute(query).mappings()]

    def _set(self, version_id: UUID, **values: Any) -> None:
        self._session.execute(sa.update(VERSION).where(VERSION.c.id == version_id).values(**values))


def _wording(retention: RetentionClass) -> dict[str, Any]:
    return {
        "code": retention.code,
        "title": dict(retention.title),
        "starts": retention.starts,
        "years": retention.years,
        "action": str(retention.action),
        "ground": retention.ground,
    }


def _require_second(proposed: ScheduleVersion, actor: str) -> None:
    if proposed.state != PROPOSED:
        raise ScheduleDecided(state=proposed.state)
    if proposed.proposed_by == actor:
        raise SecondPersonNeeded(retention_class=proposed.code)
