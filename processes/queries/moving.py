"""What moving a token or handing in a message would mean for a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.errors import EngineError
from engine.operations import Changes
from processes.authorization import require_case_operator
from processes.cases import case_row
from processes.office import Office
from processes.queries.definitions import Definitions
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A node of a process in words."""

    element: str
    title: Titles
    kind: str = ""
    at: datetime | None = None
    """of a timer or deadline: when it is due"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenChoice:
    """A token, and the places it may be put before."""

    token_id: UUID
    place: Place
    targets: Sequence[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePreview:
    """What a move would do."""

    token_id: UUID
    target: str
    closed: Sequence[Place]
    opened: Sequence[Place]
    timers_gone: Sequence[Place]
    timers_new: Sequence[Place]
    deadlines: Sequence[Place]
    ends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePage:
    """The tokens of a case, and the preview that was asked for."""

    revision: int
    tokens: Sequence[TokenChoice]
    preview: MovePreview | None
    refused: str | None
    """why it cannot be moved there"""


def move_page(office: Office, case_id: UUID, by: UUID, token_id: UUID | None, target: str) -> MovePage:
    """Where the case stands, and what a move would mean.

    :raises NotFound: :raises NotPermitted: not a supervisor of the case's body
    """
    with office.reading() as uow:
        case = case_row(uow.session, case_id)
        require_case_operator(uow.session, by, case.body_id, uow.now)
        words = _Words(uow, case_id)
        tokens = [
            TokenChoice(
                token_id=one.token.task_id,
                place=words.place(one.token.process, one.token.element),
                targets=[words.place(one.token.process, each) for each in one.targets],
            )
            # what lies innermost first: that is what people see as the step the case stands at
            for one in reversed(uow.engine.movable(case_id))
        ]
        preview, refused = None, None
        if token_id is not None and target:
            try:
                preview = _preview(words, token_id, target, uow.engine.preview_move(case_id, token_id, target))
            except EngineError as error:
                refused = str(error)
        revision = uow.engine.instance(case_id).revision
        return MovePage(revision=revision, tokens=tokens, preview=preview, refused=refused)


def awaited_messages(office: Office, case_id: UUID, by: UUID) -> list[str]:
    """Names of the messages a case waits for. :raises NotFound: :raises NotPermitted:"""
    with office.reading() as uow:
        case = case_row(uow.session, case_id)
        require_case_operator(uow.session, by, case.body_id, uow.now)
        return uow.engine.awaited_messages(case_id)


def _preview(words: "_Words", token_id: UUID, target: str, changes: Changes) -> MovePreview:
    return MovePreview(
        token_id=token_id,
        target=target,
        closed=[words.place(one.process, one.element) for one in changes.closed],
        opened=[words.place(one.process, one.element) for one in changes.opened],
        timers_gone=[words.place(one.process, one.element, one.due_at) for one in changes.timers_gone],
        timers_new=[words.place(one.process, one.element, one.due_at) for one in changes.timers_new],
        deadlines=[words.deadline(one) for one in changes.deadlines],
        ends=changes.ends,
    )


class _Words:
    """Titles of the versions a case is bound to."""

    def __init__(self, uow: UnitOfWork, case_id: UUID) -> None:
        self._definitions = Definitions(uow)
        self._bindings = uow.engine.instance(case_id).bindings

    def place(self, process: str, element: str, at: datetime | None = None) -> Place:
        package = self._definitions.get(process, self._version(process)).package
        known = package.elements.get(element)
        titles = known.titles if known and known.titles else {"en": (known.name if known else "") or element}
        return Place(element=element, title=titles, kind=known.kind if known else "", at=at)

    def deadline(self, opened: Any) -> Place:
        package = self._definitions.get(opened.definition_key, self._version(opened.definition_key)).package
        return Place(element=opened.element_id, title=package.deadlines[opened.name].titles, at=opened.computed.due_at)

    def _version(self, process: str) -> int | None:
        sha256 = self._bindings.get(process)
        return self._definitions.version_of(process, sha256) if sha256 else None
