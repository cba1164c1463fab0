"""Messages, signals and start timers in a real office: its jobs, its bodies, and workers that are killed."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from rehearsal import Rehearsal

from engine.history import broken_links
from engine.passing import EventState
from engine.tables import HistoryRow, InstanceRow, ThrownEventRow
from processes.handing_over import tend_events
from processes.jobs import failed_jobs, idle
from processes.office import Office
from processes.organisation import bodies
from processes.settling import enqueue_event
from processes.tables import CaseRow, RegisterEntryRow
from processes.use_cases.fire_starts import fire_starts
from processes.use_cases.start_case import StartCase, open_case
from processes.worker import Worker
from tests.unit.engine_runtime.models import Model, variables

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 90
SPRING = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)
KEY = (
    '<bpmn:collaboration id="talk"><bpmn:correlationKey id="order" name="order">'
    "<bpmn:correlationPropertyRef>which</bpmn:correlationPropertyRef></bpmn:correlationKey></bpmn:collaboration>"
)
WORKER = """
import sys, time
from pathlib import Path
from processes.bootstrap import bootstrap
from processes.settings import Settings
from processes.worker import Worker
home, url, name = sys.argv[1:]
office = bootstrap(Settings(home=Path(home), database_url=url, executor_id=name))
Worker(office).start()
time.sleep(600)
"""


def carrying(model: Model) -> Model:
    paths = "".join(
        f'<bpmn:correlationPropertyRetrievalExpression messageRef="message_{name}">'
        "<bpmn:messagePath>number</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
        for name in ("ordered", "confirmed")
    )
    model.root.append(KEY + f'<bpmn:correlationProperty id="which" name="which">{paths}</bpmn:correlationProperty>')
    return model


def customer() -> Model:
    model = Model("customer").path("start", "ask", "answer", "end")
    model.message("intermediateThrowEvent", "ask", "ordered")
    model.message("intermediateCatchEvent", "answer", "confirmed")
    return carrying(model)


def supplier() -> Model:
    model = Model("supplier")
    model.message("startEvent", "asked", "ordered")
    model.script("calculate", "price = number * 10")
    model.message("endEvent", "confirm", "confirmed")
    return carrying(model.path("asked", "calculate", "confirm"))


def alarmed(process: str, tag: str, ident: str) -> Model:
    model = Model(process)
    model.root.append('<bpmn:signal id="alarm" name="alarm"/>')
    model.node(tag, ident, '<bpmn:signalEventDefinition signalRef="alarm"/>')
    return model


def deploy(office: Office, *models: Model, manifest: str = "") -> None:
    with office.unit_of_work() as uow:
        for model in models:
            uow.engine.deploy(model.package(variables(number=0, price=0) + manifest), by="designer")
        uow.commit()


def begin(office: Office, rehearsal: Rehearsal, key: str, **fields: Any) -> UUID:
    request = StartCase(definition_key=key, body_id=rehearsal.body("agency"), by=None, language="az", case_id=uuid4())
    with office.unit_of_work() as uow:
        started = open_case(office, uow, request, fields, actor="somebody")
        uow.commit()
    return started.case_id


@contextmanager
def working(office: Office) -> Any:
    worker = Worker(office)
    worker.start()
    yield
    worker.stop()


def until(reached: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < limit
        time.sleep(0.02)


def instances(office: Office, key: str) -> list[InstanceRow]:
    with office.reading() as uow:
        query = sa.select(InstanceRow).where(InstanceRow.definition_key == key).order_by(InstanceRow.started_at)
        return list(uow.session.execute(query).scalars())


def test_an_order_begins_a_case_in_the_same_body_and_is_answered(office: Office, rehearsal: Rehearsal) -> None:
    deploy(office, customer(), supplier())
    with working(office):
        cases = {number: begin(office, rehearsal, "customer", number=number) for number in (1, 2, 3)}
        until(lambda: idle(office))
    assert failed_jobs(office) == []
    told = {row.id: (row.status, row.variables["price"]) for row in instances(office, "customer")}
    assert told == {case: ("completed", 10 * number) for number, case in cases.items()}
    served = instances(office, "supplier")
    assert [(row.status, row.started_by) for row in served] == 3 * [("completed", "engine")]
    with office.reading() as uow:
        rows = [uow.session.get(CaseRow, row.id) for row in served]
        assert {row.body_id for row in rows if row is not None} == {rehearsal.body("agency")}
        assert len({row.number for row in rows if row is not None}) == 3
        registered = uow.session.execute(sa.select(RegisterEntryRow).where(RegisterEntryRow.register == "tests"))
        assert len(list(registered)) == 6


def test_a_signal_wakes_all_and_begins_a_case(office: Office, rehearsal: Rehearsal) -> None:
    deploy(
        office,
        alarmed("guard", "intermediateThrowEvent", "shout").path("start", "shout", "end"),
        alarmed("sleeper", "intermediateCatchEvent", "wake").path("start", "wake", "end"),
        alarmed("brigade", "startEvent", "call").path("call", "end"),
    )
    sleepers = [begin(office, rehearsal, "sleeper") for _ in range(3)]
    with working(office):
        begin(office, rehearsal, "guard")
        until(lambda: idle(office))
    assert failed_jobs(office) == []
    assert {row.id: row.status for row in instances(office, "sleeper")} == dict.fromkeys(sleepers, "completed")
    assert [row.status for row in instances(office, "brigade")] == ["completed"]


def test_a_receiver_that_cannot_go_on_stays_and_the_message_is_an_incident(
    office: Office, rehearsal: Rehearsal
) -> None:
    model = Model("broken").path("start", "hear")
    model.message("intermediateCatchEvent", "hear", "news")
    model.script("divide", "number = 1 / number")
    deploy(office, model.path("hear", "divide", "end"))
    case = begin(office, rehearsal, "broken")
    with working(office):
        with office.unit_of_work() as uow:
            job = uow.engine.publish_message("news", {}, by="somebody")
            enqueue_event(office, uow, job)
            uow.commit()
        until(lambda: idle(office))
    assert failed_jobs(office) == []
    with office.reading() as uow:
        [incident] = uow.engine.event_incidents()
        assert incident.state is EventState.FAILED
        assert "divide" in (incident.error or "")
        assert broken_links(uow.engine.history(case)) == []
    assert [row.status for row in instances(office, "broken")] == ["running"]


def test_a_message_without_a_body_begins_nothing_and_says_why(office: Office) -> None:
    deploy(office, supplier())
    with working(office):
        with office.unit_of_work() as uow:
            enqueue_event(office, uow, uow.engine.publish_message("ordered", {"number": 1}, by="a system"))
            uow.commit()
        until(lambda: idle(office))
    with office.reading() as uow:
        [incident] = uow.engine.event_incidents()
    assert "[start] body" in (incident.error or "")
    assert instances(office, "supplier") == []


def test_a_message_nobody_came_for_is_told_after_its_time(office: Office, rehearsal: Rehearsal) -> None:
    rehearsal.at(SPRING)
    with office.unit_of_work() as uow:
        uow.engine.publish_message("news", {}, by="somebody", keep=timedelta(hours=1))
        uow.commit()
    assert tend_events(office) == 0
    rehearsal.later(hours=2)
    tend_events(office)
    with office.reading() as uow:
        [incident] = uow.engine.event_incidents()
    assert incident.state is EventState.EXPIRED


def test_a_start_timer_begins_a_case_in_the_body_with_the_function(office: Office, rehearsal: Rehearsal) -> None:
    rehearsal.at(SPRING)
    model = Model("weekly")
    cycle = "<bpmn:timerEventDefinition><bpmn:timeCycle>R2/P7D</bpmn:timeCycle></bpmn:timerEventDefinition>"
    model.node("startEvent", "monday", cycle)
    with office.reading() as uow:
        owner, function = next((each.id, name) for each in bodies(uow.session) for name in each.functions)
    deploy(office, model.path("monday", "end"), manifest=f'[start]\nbody = "{function}"\n')
    assert fire_starts(office) == 0
    for expected in (1, 1, 0):
        rehearsal.later(days=7)
        assert fire_starts(office) == expected
        assert fire_starts(office) == 0
    begun = instances(office, "weekly")
    assert [(row.status, row.started_by) for row in begun] == 2 * [("completed", "engine")]
    with office.reading() as uow:
        rows = uow.session.execute(sa.select(CaseRow.body_id).where(CaseRow.definition_key == "weekly")).scalars()
        assert set(rows) == {owner}


@pytest.mark.long
def test_workers_killed_in_the_middle_of_hand_overs_lose_and_double_nothing(
    office: Office, rehearsal: Rehearsal
) -> None:
    deploy(office, customer(), supplier())
    cases = {begin(office, rehearsal, "customer", number=number): number for number in range(1, 17)}
    url = office.settings.database_url

    def run(name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORKER, str(office.settings.home), url, name]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, cwd=ROOT, env=environment)

    def answered() -> int:
        return sum(row.status == "completed" for row in instances(office, "customer"))

    for name, enough in (("one", 3), ("two", 8)):
        worker = run(name)
        until(lambda enough=enough: answered() >= enough)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with working(office):
        until(lambda: answered() == len(cases) and idle(office))
    told = {row.id: row.variables["price"] for row in instances(office, "customer")}
    assert told == {case: 10 * number for case, number in cases.items()}
    assert len(instances(office, "supplier")) == len(cases), "each order has begun one case"
    with office.reading() as uow:
        heard = uow.session.execute(sa.select(HistoryRow.instance_id).where(HistoryRow.event == "message.delivered"))
        assert Counter(row[0] for row in heard) == Counter(list(cases))
        states = uow.session.execute(sa.select(ThrownEventRow.state)).scalars()
        assert Counter(states) == {"delivered": 2 * len(cases)}
