"""Change a working calendar by decree: a signed sheet says which days, by what act; open terms are counted again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from archive.blobs import BlobRef
from processes.authorization import ADMINISTRATOR, COMMAND_LINE
from processes.certificates import open_key
from processes.documents import DocumentSection, OfficeDocument, SignerBlock
from processes.errors import EntryRefused, NotPermitted
from processes.forms import clean_text
from processes.mandates import Mandate, mandates_of
from processes.numbers import draw_case_number
from processes.office import Office
from processes.organisation import Body, body, person
from processes.queries.calendars import FIRST_YEAR, LAST_YEAR
from processes.sealing import FIELD as SEAL_FIELD
from processes.sealing import seal_certificate, seal_key, verify_code, verify_url
from processes.sheets import Sheet, archive_sheet, sheet_record, sign_sheet
from processes.step_papers import FIELD, signer_block
from processes.tables import BodyRow
from processes.unit_of_work import UnitOfWork
from processes.vocabulary import CALENDARS
from processes.words import day, word
from signing.keys import SigningKey

REGISTER = "calendar"
PATTERN = "T-{year}-{seq:03}"
MOST_DAYS = 60
"""days of one sheet"""
LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCalendar:
    """An administrator's sheet; without one (`by` None, at the command line) the body's e-seal stands for it."""

    by: UUID | None
    pin: str
    calendar: str
    """AZ or KZ"""
    days: Mapping[date, bool | None]
    """working or not; None: again as the calendar itself has it"""
    act: str
    """the decree, with number and date"""
    ground: str
    """why the office enters it"""


def change_calendar(office: Office, request: ChangeCalendar) -> int:
    """Sign and archive the sheet, override the days, and have the open terms counted again; the new version.

    :raises NotPermitted: no administrator of a body with that calendar
    :raises EntryRefused: no day or too many, no act, no ground
    :raises NoCertificate: :raises PinRefused: :raises PinLocked: the signer's key does not open
    """
    request = _checked(request)
    change = _drawn(office, request)
    paper = _paper(office, change)
    sheet = Sheet(
        id=change.id,
        owner=change.owner,
        paper=paper,
        key=change.key,
        field=change.field,
        serial=change.serial,
        text=f"{paper.title} {request.act} {request.ground}",
    )
    signed = sign_sheet(office, sheet)
    with office.unit_of_work() as uow:
        archive_sheet(office, uow, signed, actor=change.actor)
        version = _enter(office, uow, change, signed.blob)
        uow.commit()
    return version


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A change whose sheet has its number; its signer's key is open."""

    id: UUID
    request: ChangeCalendar
    owner: Body
    number: str
    field: str
    signer: SignerBlock
    serial: str
    key: SigningKey

    @property
    def actor(self) -> str:
        """As the audit trail and the calendar name whoever changed it."""
        return str(self.request.by) if self.request.by else COMMAND_LINE


def _checked(request: ChangeCalendar) -> ChangeCalendar:
    act, ground = (clean_text(text, one_line=True)[:LONGEST] for text in (request.act, request.ground))
    if request.calendar not in CALENDARS:
        raise EntryRefused("calendar", "unknown")
    known = all(FIRST_YEAR <= each.year <= LAST_YEAR for each in request.days)
    if not 0 < len(request.days) <= MOST_DAYS or not known:
        raise EntryRefused("first", "missing")
    for name, value in (("act", act), ("ground", ground)):
        if not value:
            raise EntryRefused(name, "missing")
    return ChangeCalendar(
        by=request.by, pin=request.pin, calendar=request.calendar, days=request.days, act=act, ground=ground
    )


def _drawn(office: Office, request: ChangeCalendar) -> _Change:
    opened = open_key(office, request.by, request.pin) if request.by else None
    identity = uuid4()
    with office.unit_of_work() as uow:
        mandate = _mandate(uow, request)
        owner = body(uow.session, mandate.body_id) if mandate else _watching_body(uow, request.calendar)
        number = draw_case_number(uow, owner, register=REGISTER, pattern=PATTERN, case_id=identity, state="drawn")
        certificate = opened.certificate if opened else seal_certificate(uow, owner)
        uow.commit()
    sealed = SignerBlock(
        name=owner.named(), capacity=word("e-seal", owner.language), certificate=certificate.serial, sealed=True
    )
    return _Change(
        id=identity,
        request=request,
        owner=owner,
        number=number,
        field=FIELD if mandate else SEAL_FIELD,
        signer=signer_block(mandate, certificate, owner.language) if mandate else sealed,
        serial=certificate.serial,
        key=opened.key if opened else seal_key(office, certificate),
    )


def _mandate(uow: UnitOfWork, request: ChangeCalendar) -> Mandate | None:
    """The administrator's mandate in a body of that calendar, the own one first; None at the command line."""
    if request.by is None:
        return None
    own = person(uow.session, request.by).body_id
    mandates = sorted(mandates_of(uow.session, request.by, uow.now), key=lambda mandate: mandate.body_id != own)
    for mandate in mandates:
        if mandate.role == ADMINISTRATOR and body(uow.session, mandate.body_id).calendar == request.calendar:
            return mandate
    raise NotPermitted(rule="mandate")


def _watching_body(uow: UnitOfWork, calendar: str) -> Body:
    """The body that answers for the calendar: one that supervises, else the first of that calendar."""
    rows = uow.session.execute(sa.select(BodyRow).where(BodyRow.calendar == calendar).order_by(BodyRow.code)).scalars()
    found = sorted(rows, key=lambda row: "supervision" not in row.functions)
    if not found:
        raise EntryRefused("calendar", "unknown")
    return body(uow.session, found[0].id)


def _paper(office: Office, change: _Change) -> OfficeDocument:
    owner, request, language = change.owner, change.request, change.owner.language
    kinds = {True: "day-works", False: "day-off", None: "day-usual"}
    rows = tuple((day(each), word(kinds[working], language)) for each, working in sorted(request.days.items()))
    title = word("calendar-title", language, calendar=request.calendar)
    grounds = ((word("act", language), request.act), (word("ground", language), request.ground))
    return OfficeDocument(
        kind="calendar",
        language=language,
        body=owner.named(),
        number=change.number,
        title=title,
        summary=request.act,
        date=owner.local(office.clock()).date(),
        sections=(
            DocumentSection(title=word("days", language), rows=rows),
            DocumentSection(title=word("ground", language), rows=grounds),
        ),
        signer=change.signer,
        step=_record(change, title),
        verify_code=verify_code(change.id),
        verify_url=verify_url(office, change.id),
    )


def _record(change: _Change, title: str) -> dict[str, Any]:
    owner, request = change.owner, change.request
    role = "e-seal" if change.signer.sealed else ADMINISTRATOR
    return sheet_record(owner, change.id, kind="calendar", number=change.number, title=title) | {
        "calendar": request.calendar,
        "days": {each.isoformat(): working for each, working in sorted(request.days.items())},
        "act": request.act,
        "ground": request.ground,
        "expected_signatures": [{"field": change.field, "role": role, "person": change.signer.name}],
    }


def _enter(office: Office, uow: UnitOfWork, change: _Change, blob: BlobRef) -> int:
    request = change.request
    facts = {"act": request.act, "ground": request.ground, "document": str(change.id), "proof": blob.sha256}
    version = uow.engine.override_calendar(request.calendar, request.days, by=change.actor, facts=facts)
    days = {each.isoformat(): working for each, working in sorted(request.days.items())}
    uow.audit.record(
        "office:calendar:change",
        actor=change.actor,
        subject=request.calendar,
        details={"version": version, "days": days, "act": request.act, "sheet": change.number, "sha256": blob.sha256},
    )
    office.enqueue(
        uow.session, "recount_calendar", (request.calendar, str(version)), f"recount:{request.calendar}:{version}"
    )
    return version
