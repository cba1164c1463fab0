"""Retention schedules change by two persons, and nothing of what they said is lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from archive.documents import ArchivedDocument, Classification
from archive.errors import InvalidMetadata, ScheduleDecided, SchedulePending, SecondPersonNeeded, UnitNotFound
from archive.retention import RetentionClass
from archive.service import Archive

FIVE = RetentionClass(code="five", title={"en": "Five"}, starts="case_closed", years=5, action="review", ground="m. 7")


@pytest.fixture
def document(archive: Archive, take_in: Callable[..., ArchivedDocument]) -> ArchivedDocument:
    archive.save_retention_class(FIVE)
    taken = take_in()
    archive.classify([taken.id], Classification(retention_class="five"), actor="ann")
    archive.record_retention_facts([taken.id], {"case_closed_on": date(2020, 3, 1)}, actor="ann")
    return archive.document(taken.id)


def test_a_wording_comes_into_force_when_a_second_person_agrees(archive: Archive, document: ArchivedDocument) -> None:
    schedules, ten = archive.schedules, replace(FIVE, years=10)
    proposed = schedules.propose(ten, reason="order 5", actor="ann")
    assert archive.retention_classes() == [FIVE]
    assert schedules.proposals() == [proposed]
    with pytest.raises(SchedulePending):
        schedules.propose(replace(FIVE, years=7), reason="order 6", actor="leyla")
    with pytest.raises(SecondPersonNeeded):
        schedules.confirm(proposed.id, note="", actor="ann")
    decided, count = schedules.confirm(proposed.id, note="read", actor="leyla")
    assert (decided.state, decided.version, decided.decided_by, count) == ("in_force", 2, "leyla", 1)
    assert archive.retention_classes() == [ten]
    assert archive.document(document.id).dispose_after == date(2030, 3, 1)
    assert [(each.version, each.state, each.years) for each in schedules.versions("five")] == [
        (2, "in_force", 10),
        (1, "superseded", 5),
    ]
    for again in (schedules.confirm, schedules.refuse):
        with pytest.raises(ScheduleDecided):
            again(proposed.id, note="again", actor="leyla")


def test_a_refused_wording_changes_nothing_and_says_why(archive: Archive, document: ArchivedDocument) -> None:
    schedules = archive.schedules
    proposed = schedules.propose(replace(FIVE, years=1), reason="order 5", actor="ann")
    with pytest.raises(InvalidMetadata):
        schedules.refuse(proposed.id, note=" ", actor="leyla")
    refused = schedules.refuse(proposed.id, note="the list says five", actor="leyla")
    assert (refused.state, refused.version, refused.note) == ("refused", None, "the list says five")
    assert archive.document(document.id) == document
    assert schedules.propose(replace(FIVE, years=6), reason="order 6", actor="ann").years == 6
    with pytest.raises(UnitNotFound):
        schedules.confirm(document.id, note="", actor="leyla")


def test_what_a_wording_would_do_is_known_before(archive: Archive, document: ArchivedDocument) -> None:
    def told(**changed: object) -> tuple[int, int | None]:
        return archive.schedules.concerned(replace(FIVE, **changed), on=date(2026, 3, 2))  # type: ignore[arg-type]  # fields by name

    assert document.dispose_after == date(2025, 3, 1)
    assert (told(years=6), told(years=7), told(years=None)) == ((1, 1), (1, 0), (1, 0))
    assert told(starts="event") == (1, None)
    assert told(code="other") == (0, 0)


@pytest.mark.parametrize("changed", [{}, {"years": 0}, {"years": 1000}, {"ground": " "}, {"action": "burn"}])
def test_what_cannot_be_or_changes_nothing_is_no_proposal(archive: Archive, changed: dict[str, object]) -> None:
    archive.save_retention_class(FIVE)
    with pytest.raises(InvalidMetadata):
        archive.schedules.propose(replace(FIVE, **changed), reason="order 5", actor="ann")  # type: ignore[arg-type]  # fields by name
    with pytest.raises(InvalidMetadata):
        archive.schedules.propose(replace(FIVE, years=9), reason=" ", actor="ann")
