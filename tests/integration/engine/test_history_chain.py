"""A case's history on the database: whoever changes, removes or moves a row there is found out; erasing is not."""

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine.errors import InstanceNotFound
from engine.history import EventKind, FaultKind
from engine.tables import HistoryRow, InstanceRow
from tests.integration.engine.conftest import Office
from tests.integration.engine.test_engine import begin, review

history = HistoryRow.__table__
Change = Callable[[sa.Connection, UUID], None]


@pytest.fixture
def case(office: Office) -> UUID:
    """A case of two steps: ten events or so."""
    case = begin(office, review())
    for outcome in ("return", "accept"):
        with office() as engine:
            [item] = engine.open_items(case)
            engine.complete(item.id, version=1, by="leyla", variables={"outcome": outcome})
    return case


def faults(office: Office, case: UUID) -> list[tuple[int, str]]:
    with office() as engine:
        return [(fault.seq, fault.kind.value) for fault in engine.verify_history(case)]


def update(number: int, **values: object) -> Change:
    def change(connection: sa.Connection, case: UUID) -> None:
        where = (HistoryRow.instance_id == case, HistoryRow.seq == number)
        assert connection.execute(sa.update(HistoryRow).where(*where).values(**values)).rowcount == 1

    return change


def remove(*seqs: int) -> Change:
    def change(connection: sa.Connection, case: UUID) -> None:
        connection.execute(sa.delete(HistoryRow).where(HistoryRow.instance_id == case, HistoryRow.seq.in_(seqs)))

    return change


def swap(one: int, other: int) -> Change:
    def change(connection: sa.Connection, case: UUID) -> None:
        for old, new in ((one, -1), (other, one), (-1, other)):
            update(old, seq=new)(connection, case)

    return change


def test_an_untouched_history_is_whole(office: Office, case: UUID) -> None:
    assert faults(office, case) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (update(3, actor="murad"), [(3, "changed")]),
        (update(3, element_id="publish"), [(3, "changed")]),
        (update(3, payload={"kind": "other"}), [(3, "payload")]),
        (update(3, payload={"kind": "other"}, salt=None), [(3, "payload")]),
        (update(3, sha256="0" * 64), [(3, "changed"), (4, "moved")]),
        (remove(3), [(4, "missing")]),
        (remove(1), [(2, "missing")]),
        (swap(3, 4), [(3, "moved"), (3, "changed"), (4, "moved"), (4, "changed"), (5, "moved")]),
    ],
    ids=["actor", "element", "payload", "payload without salt", "hash", "removed", "first removed", "swapped"],
)
def test_a_tampered_history_is_found_out(
    office: Office, database: sa.Engine, case: UUID, change: Change, found: list[tuple[int, str]]
) -> None:
    with database.begin() as connection:
        change(connection, case)
    assert faults(office, case) == found


def test_events_cut_off_at_the_end_are_found_out(office: Office, database: sa.Engine, case: UUID) -> None:
    with office() as engine:
        last = engine.history(case)[-1].seq
    with database.begin() as connection:
        remove(last - 1, last)(connection, case)
    assert faults(office, case) == [(last - 2, "head")]


def test_a_history_that_is_gone_is_found_out(office: Office, database: sa.Engine, case: UUID) -> None:
    with database.begin() as connection:
        connection.execute(sa.delete(HistoryRow))
    assert faults(office, case) == [(0, "head")]


def test_a_forger_who_chains_anew_needs_the_case_s_row_too(office: Office, database: sa.Engine, case: UUID) -> None:
    with database.begin() as connection:
        connection.execute(sa.update(InstanceRow).values(history_head="0" * 64))
    assert [kind for _, kind in faults(office, case)] == [FaultKind.HEAD]


def test_erased_payloads_leave_the_history_whole(office: Office, database: sa.Engine, case: UUID) -> None:
    with office() as engine:
        before = engine.history(case)
        engine.erase_history(case, by="archivist", ground="personal data, request 5")
    with office() as engine:
        after = engine.history(case)
        assert engine.verify_history(case) == []
    *old, erased = after
    assert [(event.seq, event.sha256, event.event) for event in old] == [
        (event.seq, event.sha256, event.event) for event in before
    ]
    assert {(event.payload, event.salt) for event in old} == {(None, None)}
    assert (erased.event, erased.actor) == (EventKind.HISTORY_ERASED, "archivist")
    assert erased.payload == {"ground": "personal data, request 5", "payloads": len(before)}
    with database.connect() as connection:
        texts = connection.execute(sa.text("SELECT CAST(payload AS TEXT) FROM engine_history")).scalars().all()
    assert [text for text in texts if text and "outcome" in text] == []


def test_a_case_goes_on_after_its_payloads_were_erased(office: Office, case: UUID) -> None:
    with office() as engine:
        engine.erase_history(case, by="archivist", ground="request 5")
    with office() as engine:
        [call] = engine.waiting_services(case)
        advance = engine.finish_service(case, call.task_id, {"service_number": "1"})
        assert advance is not None
        assert advance.ended
        assert engine.verify_history(case) == []


def test_a_case_that_is_not_there_has_no_history(office: Office) -> None:
    with office() as engine, pytest.raises(InstanceNotFound):
        engine.verify_history(UUID(int=1))
