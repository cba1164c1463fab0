"""Drives an office in a test as its people would: plays a scenario up to a step, does the jobs, submits and signs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from engine.definition import ProcessPackage, Scenario, Submission
from engine.tables import InstanceRow
from engine.workitem import WorkItem
from processes.demo.founding import Account, accounts
from processes.demo.people import demo_id
from processes.demo.player import Player
from processes.forms import load_form
from processes.office import Office
from processes.organisation import body
from processes.service_tasks import perform, record
from processes.signed_steps import SignedStep
from processes.tables import AuditRow, CaseRow
from processes.use_cases.fire_timers import fire_timers
from processes.use_cases.sign_step import SignStep, sign_step
from processes.use_cases.start_case import StartCase, StartedCase, start_case
from processes.use_cases.submit_step import PreparedStep, SubmitStep, submit_step

APPEAL = "citizen-appeal"
QUESTIONNAIRE = "questionnaire-submission"
ANSWERED = "answered-in-15-working-days"
"""the scenario in which everything goes its usual way"""


class Rehearsal:
    """An office with its people at hand. Time moves only forward, and only as far as the test says."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.accounts: Mapping[str, Account] = accounts(office.settings.home)

    def person(self, login: str) -> UUID:
        return demo_id("person", login)

    def body(self, code: str) -> UUID:
        return demo_id("body", code)

    # time and jobs

    def at(self, moment: datetime) -> None:
        """The first call goes back to `moment`, later ones only forward."""
        if moment > self.office.clock() or self.office.clock.offset == timedelta():
            self.office.clock.set_to(moment)

    def later(self, **span: float) -> datetime:
        self.office.clock.set_to(self.office.clock() + timedelta(**span))
        return self.office.clock()

    def work(self) -> list[str]:
        """Do every service task that waits, as the worker does, without its process; their elements."""
        done: list[str] = []
        while waiting := self._waiting():
            for case_id, task_id, element in waiting:
                effect = perform(self.office, case_id, task_id)
                assert effect is not None
                assert record(self.office, self.office.unit_of_work(), case_id, task_id, effect) == "done"
                done.append(element)
        return done

    def _waiting(self) -> list[tuple[UUID, UUID, str]]:
        with self.office.reading() as uow:
            running = uow.session.execute(sa.select(InstanceRow.id).where(InstanceRow.status == "running")).scalars()
            return [
                (case_id, call.task_id, call.element_id)
                for case_id in running
                for call in uow.engine.waiting_services(case_id)
            ]

    # scenarios

    def package(self, key: str) -> ProcessPackage:
        with self.office.reading() as uow:
            return uow.engine.definition(key).package

    def player(self, process: str, scenario: str, *, copy: str = "", **changed: Any) -> Player:
        """A scenario's player; `copy` makes another case of the same scenario, `changed` its start fields."""
        package = self.package(process)
        found: Scenario = package.scenarios[scenario]
        fields = {**found.fields, **changed}
        varied = replace(found, name=f"{found.name}{copy}", fields=fields)
        return Player(office=self.office, package=package, scenario=varied, accounts=self.accounts)

    def play(self, process: str, scenario: str, *, until: str | None = None, copy: str = "", **changed: Any) -> UUID:
        """Play a scenario up to its first human step at `until`, or to its end; the case."""
        player = self.player(process, scenario, copy=copy, **changed)
        self.play_on(player, until=until)
        return player.case_id

    def play_on(self, player: Player, *, until: str | None = None) -> None:
        while not player.done:
            self.at(player.at)
            fire_timers(self.office)
            self.work()
            if until is not None and self.waits_at(player) == until:
                return
            player.act()
            self.work()
        assert until is None, f"{player.scenario.name} never came to {until}"

    @staticmethod
    def waits_at(player: Player) -> str | None:
        """The element of the scenario's next human step, once the case has begun."""
        if not player._started():
            return None
        step = player.scenario.steps[player._next]
        return step.element if isinstance(step, Submission) else None

    # a person's doings

    def start(self, process: str, code: str, login: str | None, **fields: Any) -> StartedCase:
        """Begin a case; nobody's login: a citizen at the public form."""
        request = StartCase(
            definition_key=process,
            body_id=self.body(code),
            by=self.person(login) if login else None,
            language="az",
            fields=fields,
            channel="portal" if login is None else str(fields.get("channel", "internal")),
            case_id=uuid4(),
        )
        return start_case(self.office, request)

    def item(self, case_id: UUID, element: str) -> WorkItem:
        with self.office.reading() as uow:
            return next(item for item in uow.engine.open_items(case_id) if item.element_id == element)

    def waiting(self, case_id: UUID) -> list[str]:
        with self.office.reading() as uow:
            return sorted(item.element_id for item in uow.engine.open_items(case_id))

    def fields(self, process: str, scenario: str, element: str, *, nth: int = 0) -> dict[str, Any]:
        """What a scenario fills in at a step, with this office's ids."""
        player = self.player(process, scenario)
        steps = [s for s in player.scenario.steps if isinstance(s, Submission) and s.element == element]
        with self.office.reading() as uow:
            package = uow.engine.definition(steps[nth].process or process).package
            form = load_form(package, package.elements[element].form or "")
            owner = body(uow.session, player.body_id)
            return player._resolved(uow, owner, form, steps[nth].fields)

    def submit(
        self, item: WorkItem, login: str, fields: Mapping[str, Any], remarks: tuple[Mapping[str, str], ...] = ()
    ) -> PreparedStep:
        request = SubmitStep(
            item_id=item.id, version=item.version, by=self.person(login), fields=fields, remarks=remarks
        )
        return submit_step(self.office, request)

    def sign(self, prepared: PreparedStep, login: str, *, pin: str | None = None) -> SignedStep:
        request = SignStep(attempt_id=prepared.attempt_id, by=self.person(login), pin=pin or self.accounts[login].pin)
        return sign_step(self.office, request)

    # what became of it

    def rows(self, table: type[Any], **equal: Any) -> list[Any]:
        with self.office.reading() as uow:
            return list(uow.session.execute(sa.select(table).filter_by(**equal)).scalars())

    def case(self, case_id: UUID) -> CaseRow:
        with self.office.reading() as uow:
            return uow.session.get_one(CaseRow, case_id)

    def audit(self, action: str) -> list[AuditRow]:
        """Lines of the trail with this action, oldest first."""
        return sorted(self.rows(AuditRow, action=action), key=lambda line: (line.at, line.seq))

    def pdf(self, document_id: UUID) -> bytes:
        with self.office.reading() as uow:
            return uow.archive.fetch(document_id)
