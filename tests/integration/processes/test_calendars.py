"""A decree changes the working calendar: a signed sheet; open terms and timers are counted again, with the reason."""

import json
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from rehearsal import ANSWERED, APPEAL, Rehearsal

from engine.tables import TimerRow
from processes.errors import EntryRefused, NotPermitted, PinRefused
from processes.queries.calendars import calendar_page
from processes.queries.case_page import case_page
from processes.recounting import recount_calendar
from processes.tables import DeadlineRow, NumberRow
from processes.trust import trust_store
from processes.use_cases.change_calendar import ChangeCalendar, change_calendar
from processes.use_cases.resume_case import ResumeCase, resume_case
from processes.use_cases.suspend_case import SuspendCase, suspend_case
from signing.service import read_attachment

OFF = date(2026, 4, 6)
"""a Monday before the term of a registration that began on 19.03.2026 runs out"""


def sheet(rehearsal: Rehearsal, days: dict[date, bool | None], **changed: object) -> ChangeCalendar:
    facts = {
        "by": rehearsal.person("admin"),
        "pin": rehearsal.accounts["admin"].pin,
        "calendar": "AZ",
        "days": days,
        "act": "Nazirlər Kabinetinin qərarı № 77, 01.04.2026",
        "ground": "the decree moves a day off",
    }
    return ChangeCalendar(**{**facts, **changed})  # type: ignore[arg-type]


def change(rehearsal: Rehearsal, days: dict[date, bool | None], **changed: object) -> tuple[int, int]:
    version = change_calendar(rehearsal.office, sheet(rehearsal, days, **changed))
    return version, recount_calendar(rehearsal.office, "AZ", version)


def terms(rehearsal: Rehearsal, case_id: object) -> dict[str, DeadlineRow]:
    return {row.name: row for row in rehearsal.rows(DeadlineRow, case_id=case_id)}


def timers(rehearsal: Rehearsal, case_id: object) -> list[object]:
    with rehearsal.office.reading() as uow:
        query = sa.select(TimerRow.element_id, TimerRow.due_at).where(TimerRow.instance_id == case_id)
        return sorted((row.element_id, row.due_at.date().isoformat()) for row in uow.session.execute(query))


def test_a_decree_moves_open_terms_timers_and_work_items_and_says_why(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    (before,) = terms(rehearsal, case_id).values()
    waiting = timers(rehearsal, case_id)
    item = rehearsal.item(case_id, "registration_check")
    first = before.due_on
    days = {first: False}
    version, moved = change(rehearsal, days)
    assert (version, moved) == (1, 1)
    (after,) = terms(rehearsal, case_id).values()
    assert after.due_on > first
    assert "decree" in [run["reason"] for run in after.explanation["skipped"]][-1]
    (told,) = after.recomputations
    assert (told["before"], told["after"]) == (first.isoformat(), after.due_on.isoformat())
    assert "№ 77" in told["reason"]
    now = rehearsal.item(case_id, "registration_check")
    assert (now.due_at, now.version) == (after.due_at, item.version), "an open page stays valid"
    assert timers(rehearsal, case_id) != waiting
    assert (after.due_at.date().isoformat()) in [day for _, day in timers(rehearsal, case_id)]
    assert recount_calendar(rehearsal.office, "AZ", version) == 0, "once is enough"
    with rehearsal.office.reading() as uow:
        event = [each for each in uow.engine.history(case_id) if each.event == "deadlines.recounted"][-1]
    assert "№ 77" in (event.payload or {})["ground"]
    page = case_page(rehearsal.office, case_id, rehearsal.person("clerk"))
    assert any("№ 77" in change.reason["kk"] for each in page.deadlines for change in each.recomputations)
    _the_sheet_is_a_signed_document(rehearsal, days)
    _a_suspended_case_is_counted_again_when_it_goes_on(rehearsal, case_id)
    assert change(rehearsal, {first: None, after.due_on: None})[1] in {0, 1}


def _the_sheet_is_a_signed_document(rehearsal: Rehearsal, days: dict[date, bool | None]) -> None:
    page = calendar_page(rehearsal.office, rehearsal.person("admin"), "AZ", 2026)
    ((found, who),) = page.versions
    assert found.days == days
    assert who
    assert rehearsal.rows(NumberRow, register="calendar")[0].body_id == rehearsal.body("agency"), "the own body's sheet"
    assert found.document_id
    pdf = rehearsal.pdf(found.document_id)
    step = json.loads(read_attachment(pdf, "step.json") or b"")
    assert step["days"] == {day.isoformat(): working for day, working in days.items()}
    report = rehearsal.office.signing.validate(pdf, trust_store(rehearsal.office), at=rehearsal.office.clock())
    assert str(report.verdict) == "TOTAL-PASSED"
    assert rehearsal.audit("office:calendar:change")[-1].details["sha256"] == found.proof
    (special,) = [each for each in page.special if each.version == 1]
    assert (special.day, special.working) == (next(iter(days)), False)


def _a_suspended_case_is_counted_again_when_it_goes_on(rehearsal: Rehearsal, case_id: object) -> None:
    (running,) = terms(rehearsal, case_id).values()
    was = running.due_on
    by = rehearsal.person("supervisor")
    suspend_case(rehearsal.office, SuspendCase(case_id=case_id, by=by, ground="waiting for the court"))  # type: ignore[arg-type]
    _, moved = change(rehearsal, {was: False})
    assert moved == 0, "what stands still is not counted"
    resume_case(rehearsal.office, ResumeCase(case_id=case_id, by=by, ground="the court has decided"))  # type: ignore[arg-type]
    (resumed,) = terms(rehearsal, case_id).values()
    assert resumed.due_on > was
    assert resumed.state == "running"
    assert rehearsal.item(case_id, "registration_check").due_at == resumed.due_at  # type: ignore[arg-type]


def test_who_may_not_or_says_nothing_changes_nothing(rehearsal: Rehearsal) -> None:
    with pytest.raises(NotPermitted):
        change(rehearsal, {OFF: False}, by=rehearsal.person("clerk"), pin=rehearsal.accounts["clerk"].pin)
    with pytest.raises(PinRefused):
        change(rehearsal, {OFF: False}, pin="nothing")
    for wrong in ({"days": {}}, {"act": " "}, {"ground": ""}, {"calendar": "XX"}, {"days": {date(1900, 1, 1): False}}):
        with pytest.raises(EntryRefused):
            change_calendar(rehearsal.office, replace(sheet(rehearsal, {OFF: False}), **wrong))  # type: ignore[arg-type]
    assert calendar_page(rehearsal.office, None, "AZ", 2026).versions == []


def test_at_the_command_line_the_bodys_seal_stands_for_the_sheet(rehearsal: Rehearsal) -> None:
    version, _ = change(rehearsal, {OFF: False}, by=None, pin="")
    ((found, who),) = calendar_page(rehearsal.office, None, "AZ", 2026).versions
    assert (version, who) == (1, "command line")
    step = json.loads(read_attachment(rehearsal.pdf(found.document_id), "step.json") or b"")  # type: ignore[arg-type]
    assert step["expected_signatures"][0]["role"] == "e-seal"
