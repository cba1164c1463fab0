"""scenarios/<name>.toml: executable examples of a package."""

from datetime import date, datetime
from typing import Any

from engine.definition import (
    LANGUAGES,
    ClockMove,
    Expectation,
    ExpectedDeadline,
    Remark,
    Scenario,
    ServiceResult,
    Submission,
)
from engine.reading.tables import Table

NOWHERE = datetime(2000, 1, 1)  # noqa: DTZ001 - local time in the body's zone, as scenarios are written


def read_scenario(name: str, table: Table) -> Scenario:
    """Read one scenario; what is wrong goes to the table's findings."""
    scenario = Scenario(
        name=name,
        title=table.required_text("title"),
        body=table.required_text("body"),
        language=table.choice("language", LANGUAGES),
        starts=_local_time(table, "starts") or _missing(table, "starts"),
        by=table.required_text("by"),
        fields=table.mapping("fields"),
        steps=tuple(_step(inner) for inner in table.array("step")),
        services=tuple(_service(inner) for inner in table.array("service")),
        expect=_expectation(table.table("expect")),
    )
    table.finish()
    return scenario


def _missing(table: Table, key: str) -> datetime:
    if key not in table.content:
        table.error(key, f"{key} is missing: the local time at which the case starts, such as 2026-03-19T09:30")
    return NOWHERE


def _local_time(table: Table, key: str) -> datetime | None:
    """A local time without zone; TOML's own dates and texts both serve."""
    value = table.value(key)
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        table.error(key, f"{key} must be a local time such as 2026-03-19T09:30, not {value!r}")
        return None
    if instant.tzinfo is not None:
        table.error(key, f"{key} is local time in the body's zone: leave the offset out")
    return instant.replace(tzinfo=None)


def _step(table: Table) -> Submission | ClockMove:
    if "advance" in table.content or "until" in table.content:
        step: Submission | ClockMove = ClockMove(advance=table.text("advance"), until=_local_time(table, "until"))
        if "advance" in table.content and "until" in table.content:
            table.error("until", "give either advance or until, not both")
    else:
        step = Submission(
            element=table.required_text("element"),
            process=table.text("process"),
            by=table.required_text("by"),
            fields=table.mapping("fields"),
            remarks=tuple(_remark(inner) for inner in table.array("remarks")),
        )
    table.finish()
    return step


def _remark(table: Table) -> Remark:
    remark = Remark(field=table.required_text("field"), text=table.required_text("text"))
    table.finish()
    return remark


def _service(table: Table) -> ServiceResult:
    service = ServiceResult(
        element=table.required_text("element"),
        process=table.text("process"),
        variables=table.mapping("variables"),
        error=table.text("error"),
    )
    table.finish()
    return service


def _expectation(table: Table) -> Expectation:
    expectation = Expectation(
        outcome=table.text("outcome") or "completed",
        path=table.texts("path"),
        deadlines=tuple(_expected_deadline(inner) for inner in table.array("deadlines")),
        variables=table.mapping("variables"),
    )
    table.finish()
    return expectation


def _expected_deadline(table: Table) -> ExpectedDeadline:
    deadline = ExpectedDeadline(
        element=table.required_text("element"), process=table.text("process"), due=_iso_date(table, "due")
    )
    table.finish()
    return deadline


def _iso_date(table: Table, key: str) -> str:
    value: Any = table.value(key)
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        table.error(key, f"{key} must be a date such as 2026-04-08, not {value!r}")
        return ""
