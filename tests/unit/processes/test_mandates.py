"""When a mandate is in force, and which of several counts (B22)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from engine.workitem import WorkItem, WorkItemState
from processes.authorization import matching
from processes.mandates import Mandate

FROM = datetime(2026, 3, 1, tzinfo=UTC)
TO = datetime(2026, 4, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
MANDATE = Mandate(
    id=uuid4(), holder_id=uuid4(), holder="Əliyev Şükür", role="head", capacity="head", body_id=uuid4(), scope=(),
    valid_from=FROM, valid_to=TO, acts_for_id=None, acts_for=None, ground_act="Əmr", ground_number="12-k",
    ground_date=date(2026, 2, 27), ground_sha256=None, revoked_at=None,
)  # fmt: skip
ITEM = WorkItem(
    id=uuid4(), instance_id=uuid4(), definition_key="citizen-appeal", definition_version=1, element_id="resolution",
    role="head", scope=str(MANDATE.body_id), form="resolution", document=None, signature="personal",
    four_eyes_with=None, deadline=None, visit=1, state=WorkItemState.READY, version=1, assignee=None, data={},
    created_at=FROM, claimed_at=None, due_at=None, ended_at=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("at", "holds"), [(FROM - INSTANT, False), (FROM, True), (TO - INSTANT, True), (TO, False), (TO + INSTANT, False)]
)
def test_it_holds_from_its_first_instant_and_no_longer_at_its_end(at: datetime, holds: bool) -> None:
    assert MANDATE.in_force(at) is holds


def test_without_an_end_it_holds_until_revoked() -> None:
    endless = replace(MANDATE, valid_to=None)
    assert endless.in_force(TO + timedelta(days=10_000))
    revoked = replace(endless, revoked_at=TO)
    assert (MANDATE.until, endless.until) == (TO - INSTANT, None)
    assert revoked.in_force(TO - INSTANT)
    assert not revoked.in_force(TO)


def test_its_ground_stands_in_one_line() -> None:
    assert MANDATE.ground == "Əmr № 12-k, 27.02.2026"


@pytest.mark.parametrize(
    "changed",
    [{"role": "clerk"}, {"body_id": uuid4()}, {"scope": ("questionnaire-submission",)}],
    ids=["another role", "another body", "another process"],
)
def test_it_covers_its_role_body_and_processes_only(changed: dict[str, Any]) -> None:
    assert matching([MANDATE], ITEM) is MANDATE
    assert matching([replace(MANDATE, scope=("citizen-appeal",))], ITEM) is not None
    assert matching([replace(MANDATE, **changed)], ITEM) is None


def test_the_first_that_covers_counts() -> None:
    substitution = replace(MANDATE, id=uuid4(), acts_for_id=uuid4(), capacity="substitute")
    assert matching([MANDATE, substitution], ITEM) is MANDATE
    assert matching([substitution, MANDATE], ITEM) is substitution
