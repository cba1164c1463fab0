"""Handlers that raise a BPMN error: the model says what follows; where it does not, an official is told the code."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from rehearsal import Rehearsal
from test_messages import begin, working

from engine.errors import ExecutionFailed
from engine.history import broken_links
from engine.tables import InstanceRow
from processes.handlers import BusinessError, Job, service_errors, services
from processes.jobs import failed_jobs, idle
from processes.office import Office
from processes.service_tasks import perform, record
from processes.tables import IncidentRow, JobEffectRow, OutboxRow, ParkedJobRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.resume_case import ResumeCase, resume_case
from processes.use_cases.retry_incident import RetryIncident, retry_incident
from processes.use_cases.send_notice import Notice, post_notice
from processes.use_cases.suspend_case import SuspendCase, suspend_case
from tests.unit.engine_runtime.models import Model, variables

GROUND = "Ödəniş sistemi ilə razılaşdırılıb"
PATIENCE_SECONDS = 180
ERRORS = {"NO_FUNDS", "CLOSED"}


class Pay:
    """Raises the code it is told to, from where it is told to."""

    where = "effect"
    code = "NO_FUNDS"

    def effect(self, office: Office, job: Job) -> dict[str, Any]:
        del office, job
        self._raise("effect")
        return {"paid": True}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: dict[str, Any]) -> dict[str, Any]:
        notice = Notice(key="paid", case_id=job.case.id, recipient="reader@example.az", subject="Ödəniş", body="Mətn")
        post_notice(office, uow, notice)
        self._raise("record")
        return effect

    def _raise(self, where: str) -> None:
        if where == self.where:
            raise BusinessError(self.code, "hesabda vəsait yoxdur", {"paid": False})


@pytest.fixture
def pay(monkeypatch: pytest.MonkeyPatch) -> Pay:
    handler = Pay()
    monkeypatch.setitem(services._found, "do.pay", handler)
    monkeypatch.setitem(service_errors, "do.pay", frozenset(ERRORS))
    return handler


def begun(rehearsal: Rehearsal, *, refused: str = "NO_FUNDS") -> UUID:
    """A case whose service task waits; on its border the error `refused` leads to a person."""
    model = Model("paying").lane("clerk", "ask").path("start", "service:pay", "end")
    model.root.append(f'<bpmn:error id="refused" name="refused" errorCode="{refused}"/>')
    model.node("boundaryEvent", "unpaid", '<bpmn:errorEventDefinition errorRef="refused"/>', attachedToRef="pay")
    with rehearsal.office.unit_of_work() as uow:
        package = model.path("unpaid", "user:ask", "end:asked").package(variables(paid=True))
        uow.engine.deploy(package, by="designer")
        uow.commit()
    return begin(rehearsal.office, rehearsal, "paying")


def outcome(rehearsal: Rehearsal) -> str:
    """What comes of the waiting service task when it is done by hand."""
    office = rehearsal.office
    [(case_id, task_id, _)] = rehearsal._waiting()
    effect = perform(office, case_id, task_id)
    assert effect is not None
    told = record(office, office.unit_of_work(), case_id, task_id, effect)
    assert record(office, office.unit_of_work(), case_id, task_id, effect) == (
        "too late" if told != "suspended" else told
    )
    return told


@pytest.mark.parametrize("where", ["effect", "record"])
def test_an_error_of_the_business_goes_the_way_the_model_says(rehearsal: Rehearsal, pay: Pay, where: str) -> None:
    pay.where = where
    case_id = begun(rehearsal)
    assert outcome(rehearsal) == "error"
    assert rehearsal.waiting(case_id) == ["ask"]
    assert rehearsal.rows(OutboxRow, key="paid") == [], "what the handler wrote before it raised is undone"
    assert rehearsal.rows(JobEffectRow, case_id=case_id) == []
    [instance] = rehearsal.rows(InstanceRow, id=case_id)
    assert instance.variables["paid"] is False
    with rehearsal.office.reading() as uow:
        history = uow.engine.history(case_id)
    [raised] = [event for event in history if event.event == "error.raised"]
    assert raised.element_id == "pay"
    assert raised.payload == {"code": "NO_FUNDS", "message": "hesabda vəsait yoxdur", "variables": ["paid"]}
    assert broken_links(history) == []


def test_in_a_suspended_case_the_handler_is_asked_again_when_it_goes_on(rehearsal: Rehearsal, pay: Pay) -> None:
    office, supervisor = rehearsal.office, rehearsal.person("supervisor")
    case_id = begun(rehearsal)
    [(_, task_id, _)] = rehearsal._waiting()
    effect = perform(office, case_id, task_id)
    assert effect is not None
    suspend_case(office, SuspendCase(case_id=case_id, by=supervisor, ground=GROUND))
    for _ in range(2):
        assert record(office, office.unit_of_work(), case_id, task_id, effect) == "suspended"
    assert len(rehearsal.rows(ParkedJobRow)) == 1
    resume_case(office, ResumeCase(case_id=case_id, by=supervisor, ground=GROUND))
    pay.where = "nowhere"
    assert outcome(rehearsal) == "done"
    assert len(rehearsal.rows(OutboxRow, key="paid")) == 1


def test_an_error_that_was_not_declared_is_a_failure(rehearsal: Rehearsal, pay: Pay) -> None:
    pay.code = "UNKNOWN"
    begun(rehearsal, refused="UNKNOWN")
    with pytest.raises(BusinessError, match="UNKNOWN"):
        outcome(rehearsal)


def test_an_error_that_nothing_catches_is_an_incident_that_names_its_code(rehearsal: Rehearsal, pay: Pay) -> None:
    office = rehearsal.office
    case_id = begun(rehearsal, refused="CLOSED")
    with working(office):
        _until_idle(office)
        [incident] = rehearsal.rows(IncidentRow)
        assert (incident.kind, incident.element_id, incident.case_id) == ("service", "pay", case_id)
        assert "'NO_FUNDS'" in incident.cause
        assert len(failed_jobs(office)) == 1
        pay.code = "CLOSED"
        request = RetryIncident(incident_id=incident.id, by=rehearsal.person("supervisor"), ground=GROUND)
        retry_incident(office, request)
        _until_idle(office)
    [closed] = rehearsal.rows(IncidentRow)
    assert (closed.state, closed.closed_how) == ("closed", "succeeded")
    assert rehearsal.waiting(case_id) == ["ask"]


def _until_idle(office: Office) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not idle(office):
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_nothing_is_changed_by_an_error_that_nothing_catches(rehearsal: Rehearsal, pay: Pay) -> None:
    case_id = begun(rehearsal, refused="CLOSED")
    pay.where = "record"
    [(_, task_id, _)] = rehearsal._waiting()
    effect = perform(rehearsal.office, case_id, task_id)
    assert effect is not None
    with rehearsal.office.reading() as uow:
        before = len(uow.engine.history(case_id))
    with pytest.raises(ExecutionFailed, match="nothing catches the error 'NO_FUNDS': hesabda"):
        record(rehearsal.office, rehearsal.office.unit_of_work(), case_id, task_id, effect)
    with rehearsal.office.reading() as uow:
        assert len(uow.engine.history(case_id)) == before
    assert [element for _, _, element in rehearsal._waiting()] == ["pay"]


@pytest.mark.long
def test_an_error_is_raised_once_by_workers_that_are_killed_while_they_raise_it(rehearsal: Rehearsal, pay: Pay) -> None:
    """One dies in the service, one in the transaction that raises its error; a third does what is left."""
    office = rehearsal.office
    cases = {begun(rehearsal) for _ in range(8)}
    for place in ("effect", "settle"):
        assert _killed(office, place, after=2) == -signal.SIGKILL
    assert len(_raised(office, cases)) < len(cases)
    with working(office):
        _until_idle(office)
    assert sorted(_raised(office, cases)) == sorted(cases)
    assert failed_jobs(office) == []
    for case_id in cases:
        assert rehearsal.waiting(case_id) == ["ask"]
        with office.reading() as uow:
            assert broken_links(uow.engine.history(case_id)) == []


def _killed(office: Office, place: str, *, after: int) -> int:
    """Run a worker until it kills itself."""
    program = Path(__file__).with_name("killed_payer.py")
    arguments = [str(office.settings.home), office.settings.database_url, f"dies-in-{place}", place, str(after)]
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, str(program), *arguments], cwd=root, env=environment, timeout=120, check=False
    ).returncode


def _raised(office: Office, cases: set[UUID]) -> list[UUID]:
    """The case of each error that was raised."""
    with office.reading() as uow:
        return [case for case in cases for event in uow.engine.history(case) if event.event == "error.raised"]
