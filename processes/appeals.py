"""What the law asks about appeals: anonymous, repeated, and the barrier of complaints."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.prepared import Prepared
from processes.errors import RouteBarred
from processes.office import Office
from processes.organisation import body, person
from processes.payloads import read_payload
from processes.tables import AppealEventRow, AppealRow, CaseRow, PersonRow
from processes.unit_of_work import UnitOfWork

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code can be read out"""
CODE_LENGTH = 12
REPEATS = 3
"""reasoned answers in a year after which a repeated appeal may be left unconsidered (Art. 8.1.4)"""
YEAR = timedelta(days=365)
CONTENT = (
    "applicant_name", "applicant_address", "applicant_email", "applicant_phone", "letterhead", "text",
    "complained_person",
)  # fmt: skip
"""fields that stay out of the engine and every chain, as an erasable payload"""


def tracking_code(office: Office, case_id: UUID) -> str:
    """The code of an appeal: 60 bits that only this office's key can draw from the case's id, as XXXX-XXXX-XXXX.

    A form sent twice is one case and so gets one code; the code itself is kept nowhere.
    """
    drawn = hmac.new(office.keys.lookup_key, f"code:{case_id}".encode(), hashlib.sha256).digest()
    text = "".join(ALPHABET[byte % len(ALPHABET)] for byte in drawn[:CODE_LENGTH])
    return "-".join(text[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def keyed_hash(office: Office, purpose: str, text: str) -> str:
    """What is kept of a secret or a name: it can be looked for, not read."""
    return hmac.new(office.keys.lookup_key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def tracking_hash(office: Office, code: str) -> str:
    """The hash under which a tracking code is found; spaces, hyphens and case do not matter, nor O for 0."""
    plain = "".join(code.upper().split()).replace("-", "").replace("O", "0").replace("I", "1").replace("L", "1")
    return keyed_hash(office, "tracking", plain)


def applicant_key(office: Office, fields: Mapping[str, Any]) -> str | None:
    """The same for every appeal of one applicant; None where nothing tells who it is."""
    known = [fields.get("applicant_name"), fields.get("applicant_email") or fields.get("applicant_phone")]
    text = "|".join("".join(_folded(str(each)).split()) for each in known if each)
    return keyed_hash(office, "applicant", text) if text else None


def applicant_lines(uow: UnitOfWork, case_id: UUID) -> str:
    """Whom a letter on this case is addressed to: name, then address or e-mail, a line each.

    Empty where nobody gave a name, or it has been erased.
    """
    payload_id = uow.session.scalar(sa.select(AppealRow.applicant_payload_id).where(AppealRow.case_id == case_id))
    fields = (read_payload(uow, payload_id) if payload_id else None) or {}
    address = fields.get("applicant_address") or fields.get("applicant_email")
    return "\n".join(str(each) for each in (fields.get("applicant_name"), address) if each)


def is_repeated(uow: UnitOfWork, key: str | None, topic: str, body_id: UUID) -> bool:
    """Whether this applicant has had three reasoned answers on the topic from this body within a year."""
    if key is None:
        return False
    answered = uow.session.scalar(
        sa.select(sa.func.count())
        .select_from(AppealRow)
        .join(CaseRow, CaseRow.id == AppealRow.case_id)
        .where(
            AppealRow.applicant_key == key,
            AppealRow.topic == topic,
            AppealRow.status == "answered",
            AppealRow.received_at > uow.now - YEAR,
            CaseRow.body_id == body_id,
        )
    )
    return (answered or 0) >= REPEATS


def person_named(session: Session, name: str | None) -> UUID | None:
    """The officer a complaint names, if it can be told: by family and given name, or by a part of the name alone."""
    given = set(_words(name or ""))
    if not given:
        return None
    for row in session.execute(sa.select(PersonRow.id, PersonRow.name).order_by(PersonRow.name, PersonRow.id)):
        known = _words(row.name)
        if given.issuperset(known[:2]) or given.issubset(known):
            return UUID(str(row.id))
    return None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _folded(text))


def _folded(text: str) -> str:
    """Without case: İ and I, i and ı are one letter, however capitals were typed (Azerbaijani MƏLİKOVA, QIZI)."""
    return text.casefold().replace("\u0307", "").replace("ı", "i")


_OF_CASE = AppealRow.case_id == sa.bindparam("case", type_=sa.Uuid())
_COMPLAINED_BODY = Prepared(sa.select(AppealRow.complained_body_id).where(_OF_CASE))
_COMPLAINED_PERSON = Prepared(sa.select(AppealRow.complained_person_id).where(_OF_CASE))


def require_unbarred_bodies(uow: UnitOfWork, case_id: UUID, bodies: Iterable[UUID]) -> None:
    """A complaint never goes to the body it is about; whatever kind the clerk registers, what was declared counts.

    :raises RouteBarred: one of `bodies` is that body
    """
    barred = uow.first(_COMPLAINED_BODY, case=case_id)
    if barred is not None and barred in set(bodies):
        raise RouteBarred(body(uow.session, barred).named())


def require_unbarred_people(uow: UnitOfWork, case_id: UUID, people: Iterable[UUID]) -> None:
    """A complaint is never worked on by the person it is about.

    :raises RouteBarred: one of `people` is that person
    """
    barred = uow.first(_COMPLAINED_PERSON, case=case_id)
    if barred is not None and barred in set(people):
        raise RouteBarred(person(uow.session, barred).name)


def content(uow: UnitOfWork, appeal: AppealRow) -> dict[str, Any]:
    """What the applicant wrote; empty once it has been erased."""
    if appeal.applicant_payload_id is None:
        return {}
    return read_payload(uow, appeal.applicant_payload_id) or {}


def tell_on_track(
    uow: UnitOfWork,
    case_id: UUID,
    event: str,
    *,
    status: str | None = None,
    document_id: UUID | None = None,
    **facts: Any,
) -> None:
    """A line on the citizen's tracking page, and the state it shows."""
    last = uow.session.scalar(sa.select(sa.func.max(AppealEventRow.seq)).where(AppealEventRow.case_id == case_id))
    uow.insert(
        AppealEventRow,
        id=uuid4(),
        case_id=case_id,
        seq=(last or 0) + 1,
        at=uow.now,
        event=event,
        facts=facts,
        document_id=document_id,
    )
    if status:
        uow.update(AppealRow, {"case_id": case_id}, status=status)
