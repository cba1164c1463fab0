"""What would begin to run if a step were signed today: the terms of law, computed beforehand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.deadlines import compute_deadline, explain, parse_term
from engine.definition import LANGUAGES, DeadlineDefinition, ProcessPackage
from engine.errors import TermInvalid
from processes.queries.deadlines import law_of
from processes.queries.definitions import Definitions
from processes.queries.engine_rows import working_calendar
from processes.steps import OpenStep
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A term that may begin to run today."""

    title: Titles
    law: str
    due_on: date
    derivation: Titles


def previews(uow: UnitOfWork, step: OpenStep) -> Sequence[Preview]:
    """For a step that reviews: the terms of this process and its case's that begin with what follows."""
    if not step.form.review_of:
        return ()
    calendar = working_calendar(uow.session, step.body.calendar)
    found = []
    for deadline in _following(uow, step):
        try:
            term = parse_term(deadline.term, step.item.data)
            computed = compute_deadline(term, uow.now, step.body.time_zone, calendar)
        except TermInvalid:
            continue  # its amount is decided later in the case
        derivation = {language: explain(computed, language) for language in LANGUAGES}
        law = law_of(deadline.law, step.body.calendar)
        found.append(Preview(title=deadline.titles, law=law, due_on=computed.due_on, derivation=derivation))
    return found


def _following(uow: UnitOfWork, step: OpenStep) -> Iterator[DeadlineDefinition]:
    packages: dict[str, ProcessPackage] = {step.definition.key: step.definition.package}
    if step.case.definition_key != step.definition.key:
        packages[step.case.definition_key] = Definitions(uow).get(step.case.definition_key).package
    for package in packages.values():
        for deadline in package.deadlines.values():
            if deadline.name != step.item.deadline and deadline.starts in {None, step.item.element_id}:
                yield deadline
