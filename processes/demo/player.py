"""Plays one scenario of a package on the real office: real people, real signatures, real jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.definition import SEAL, UNSIGNED, ClockMove, ElementDefinition, ProcessPackage, Scenario, Submission
from engine.spans import at_wall, later
from engine.workitem import WorkItem
from processes.authorization import mandate_for, matching
from processes.cases import case_row
from processes.demo.founding import Account
from processes.demo.people import PEOPLE, demo_id
from processes.errors import NotFound, NotPermitted, ProcessesError
from processes.forms import Form, load_form
from processes.mandates import holders, mandates_of
from processes.office import Office
from processes.options import OptionSource
from processes.organisation import Body, body
from processes.queries.engine_rows import working_calendar
from processes.signed_steps import SignedStep
from processes.tables import CaseRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.record_step import record_step
from processes.use_cases.seal_step import SealStep, seal_step
from processes.use_cases.sign_step import SignStep, sign_step
from processes.use_cases.start_case import StartCase, start_case
from processes.use_cases.submit_step import SubmitStep, submit_step

SUBSTITUTE = "/substitute"


class ScenarioStuck(ProcessesError):
    """The scenario cannot go on as it says."""

    code = "scenario-stuck"


@dataclass(slots=True, kw_only=True)
class Player:
    """One scenario under way. What it has done is read from the database, so a killed tour goes on where it was."""

    office: Office
    package: ProcessPackage
    scenario: Scenario
    accounts: Mapping[str, Account]
    case_id: UUID = field(init=False)
    body_id: UUID = field(init=False)
    _next: int = 0
    _begun: bool = False
    _at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.case_id = demo_id("tour", f"{self.package.key}/{self.scenario.name}")
        self.body_id = demo_id("body", self.scenario.body)
        with self.office.reading() as uow:
            owner = body(uow.session, self.body_id)
        self._at = at_wall(self.scenario.starts, owner.time_zone)

    @property
    def at(self) -> datetime:
        """When its next action happens, by the office's clock."""
        return self._at

    @property
    def done(self) -> bool:
        """Whether every step of the scenario has been played."""
        return self._next >= len(self.scenario.steps) and self._started()

    def resume(self) -> list[UUID]:
        """Skip what an earlier, killed run did; the documents it left, in order."""
        with self.office.reading() as uow:
            documents = list(
                uow.session.execute(
                    sa.select(StepRecordRow.document_id)
                    .where(StepRecordRow.case_id == self.case_id)
                    .order_by(StepRecordRow.accepted_at, StepRecordRow.number)
                ).scalars()
            )
        played = 0
        while played < len(documents) and self._next < len(self.scenario.steps):
            played += isinstance(self.scenario.steps[self._next], Submission)
            self._move_past(self.scenario.steps[self._next])
        if self._started():
            self._skip_waiting()
        return [each for each in documents if each is not None]

    def _started(self) -> bool:
        if not self._begun:
            with self.office.reading() as uow:
                self._begun = uow.session.get(CaseRow, self.case_id) is not None
        return self._begun

    def _move_past(self, step: Submission | ClockMove) -> None:
        if isinstance(step, ClockMove):
            with self.office.reading() as uow:
                owner = body(uow.session, self.body_id)
                calendar = working_calendar(uow.session, owner.calendar)
            if step.until is not None:
                self._at = max(self._at, at_wall(step.until, owner.time_zone))
            else:
                self._at = later(self._at, step.advance or "0 minutes", owner.time_zone, calendar)
        self._next += 1

    def _skip_waiting(self) -> None:
        while self._next < len(self.scenario.steps) and isinstance(self.scenario.steps[self._next], ClockMove):
            self._move_past(self.scenario.steps[self._next])

    def act(self) -> SignedStep | None:
        """Start the case, or do its next human step; None where nothing was signed."""
        if not self._started():
            self._start()
            self._skip_waiting()
            return None
        step = self.scenario.steps[self._next]
        if not isinstance(step, Submission):
            raise ScenarioStuck(f"{self.scenario.name}: no human step is next")
        signed = self._submit(step)
        self._next += 1
        self._skip_waiting()
        return signed

    def _start(self) -> None:
        with self.office.reading() as uow:
            owner = body(uow.session, self.body_id)
            by = None if self.scenario.by == "citizen" else self._starter(uow)
            form = self.package.start.form
            fields = self.scenario.fields
            if form is not None:
                fields = self._resolved(uow, owner, load_form(self.package, form), fields)
        start_case(
            self.office,
            StartCase(
                definition_key=self.package.key,
                body_id=self.body_id,
                by=by,
                language=self.scenario.language,
                fields=fields,
                channel="portal" if by is None else str(fields.get("channel") or "internal"),
                case_id=self.case_id,
            ),
        )

    def _starter(self, uow: UnitOfWork) -> UUID:
        found = holders(uow.session, self.scenario.by, self.body_id, uow.now)
        if not found:
            raise ScenarioStuck(f"nobody is {self.scenario.by} in {self.scenario.body}")
        return found[0].holder_id

    def _submit(self, step: Submission) -> SignedStep | None:
        """None: the task asks for no signature."""
        with self.office.reading() as uow:
            item = self._item(uow, step)
            actor = self._actor(uow, item, substitute=step.by.endswith(SUBSTITUTE))
            definition = uow.engine.definition(item.definition_key, item.definition_version)
            element: ElementDefinition = definition.package.elements[item.element_id]
            form = load_form(definition.package, element.form or "")
            owner = body(uow.session, case_row(uow.session, self.case_id).body_id)
            fields = self._resolved(uow, owner, form, step.fields)
        command = SubmitStep(
            item_id=item.id,
            version=item.version,
            by=actor,
            fields=fields,
            remarks=tuple({"field": each.field, "text": each.text} for each in step.remarks),
        )
        kind = definition.package.signature_of(element).kind
        if kind == UNSIGNED:
            record_step(self.office, command)
            return None
        prepared = submit_step(self.office, command)
        if kind == SEAL:
            return seal_step(self.office, SealStep(attempt_id=prepared.attempt_id, by=actor))
        login = next(each.login for each in PEOPLE if demo_id("person", each.login) == actor)
        return sign_step(self.office, SignStep(attempt_id=prepared.attempt_id, by=actor, pin=self.accounts[login].pin))

    def _item(self, uow: UnitOfWork, step: Submission) -> WorkItem:
        found = uow.engine.open_items(self.case_id)
        for item in found:
            if item.element_id == step.element and step.process in {None, item.definition_key}:
                return item
        waiting = ", ".join(item.element_id for item in found) or "nothing"
        raise ScenarioStuck(f"{self.scenario.name}: {step.element} does not wait, but {waiting}")

    def _actor(self, uow: UnitOfWork, item: WorkItem, *, substitute: bool) -> UUID:
        for mandate in holders(uow.session, item.role, UUID(item.scope), uow.now):
            if (mandate.acts_for_id is not None) != substitute:
                continue
            # a person may hold an own mandate too, which would then be the one that counts
            if matching(mandates_of(uow.session, mandate.holder_id, uow.now), item) != mandate:
                continue
            try:
                mandate_for(uow.session, mandate.holder_id, item, uow.now)
            except NotPermitted:
                continue
            return mandate.holder_id
        raise ScenarioStuck(f"{self.scenario.name}: nobody may do {item.element_id} as {item.role}")

    def _resolved(self, uow: UnitOfWork, owner: Body, form: Form, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The scenario's fields with logins and codes replaced by this office's ids."""
        options = OptionSource(uow.session, uow.archive, owner, uow.now, case_id=self.case_id)
        sources = {name: each.options_from for name, each in form.fields.items()}
        return {name: self._value(uow, options, sources.get(name), value) for name, value in fields.items()}

    def _value(self, uow: UnitOfWork, options: OptionSource, source: str | None, value: Any) -> Any:
        if source is None or value in (None, ""):
            return value
        if isinstance(value, list):
            return [self._value(uow, options, source, each) for each in value]
        if value in {option.value for option in options(source)}:
            return value
        return self._by_code(uow, source, str(value))

    def _by_code(self, uow: UnitOfWork, source: str, code: str) -> str:
        if source in {"bodies", "other_bodies"}:
            return str(demo_id("body", code))
        if source in {"executors", "people"}:
            logins = {each.login: each for each in PEOPLE}
            own = code if self.scenario.body == "executive" else f"{self.scenario.body}.{code}"
            return str(demo_id("person", own if own in logins else code))
        fonds = [each for each in uow.archive.fonds() if each.owner == str(self.body_id)]
        if source == "fonds":
            return str(fonds[0].id)
        if source == "series":
            series = [each for each in uow.archive.series(fonds[0].id) if each.code == code]
            if series:
                return str(series[0].id)
        raise NotFound(f"{self.scenario.name}: no {source} called {code!r}")
