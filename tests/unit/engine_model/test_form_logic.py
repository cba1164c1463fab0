"""The part of a form's logic that a simulation needs."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.deadlines import WorkingCalendar
from engine.definition import FormFiles
from engine.expressions import ExpressionContext
from engine.form_logic import submitted

CONTEXT = ExpressionContext(
    now=datetime(2026, 3, 19, 5, 30, tzinfo=UTC), time_zone="Asia/Baku", calendar=WorkingCalendar("AZ")
)


def form(when: str) -> FormFiles:
    check = {"id": "limit", "when": when, "field": "amount", "message": {"en": "too much"}}
    return FormFiles(schema={"properties": {"amount": {}, "note": {}}}, ui={"checks": [check]})


@pytest.mark.parametrize(
    ("when", "fields", "told"),
    [
        ("amount > 5", {"amount": 9}, "too much"),
        ("amount > 5", {"amount": 1}, None),
        ("amount > 5", {}, None),
        ("amount > note", {"amount": 9}, None),
        ("amount > note", {"amount": 9, "note": "x"}, "cannot be evaluated: 'amount > note': '>' not supported"),
    ],
)
def test_a_check_refuses_or_says_why_it_cannot_be_asked(when: str, fields: dict[str, Any], told: str | None) -> None:
    _, problems = submitted(form(when), fields, {}, CONTEXT)
    assert [told in problem for problem in problems] == ([True] if told else [])
