"""Somebody refuses to sign a document of several: whoever asked for it is told, and why."""

from collections.abc import Mapping
from typing import Any

from engine.cosigning import REASON
from processes.appeals import content, tell_on_track
from processes.office import Office
from processes.steps import OpenStep
from processes.tables import AppealRow, PersonRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.send_notice import Notice, post_notice
from processes.words import NOTICES


def tell_refusal(office: Office, uow: UnitOfWork, step: OpenStep, record: Mapping[str, Any]) -> None:
    """The reason reaches whoever began the case; a citizen also reads it by the tracking code."""
    reason = str(record["fields"].get(REASON) or "")
    appeal = uow.session.get(AppealRow, step.case.id)
    if appeal is not None:
        tell_on_track(uow, step.case.id, "signature_refused", ground=reason)
    recipient = _recipient(uow, step, appeal)
    if recipient is None:
        return
    title = NOTICES["signature_refused"][step.body.language]
    number = record["number"]
    post_notice(
        office,
        uow,
        Notice(
            key=f"{step.item.id}:refusal",
            case_id=step.case.id,
            recipient=recipient,
            subject=f"{step.case.number}: {title}",
            body="\n".join((title, step.case.subject, f"{record['mandate']['holder']}: {reason}", number)),
        ),
    )


def _recipient(uow: UnitOfWork, step: OpenStep, appeal: AppealRow | None) -> str | None:
    if step.case.started_by is not None:
        starter = uow.session.get_one(PersonRow, step.case.started_by)
        return starter.email or starter.name
    known = content(uow, appeal) if appeal is not None else {}
    found = known.get("applicant_email") or known.get("applicant_address") or known.get("applicant_name")
    return str(found) if found else None
