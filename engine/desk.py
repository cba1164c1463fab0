"""Where cases are taken up, moved on and put down again: what every door of the engine stands on."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.advancing import Case, ScopeOf, completions, timer_rows, wait_rows
from engine.deadlines import WorkingCalendar
from engine.definition import ProcessDefinition
from engine.definitions import DefinitionCache, Repository
from engine.errors import InstanceNotFound
from engine.event_store import EventStore
from engine.history import EventKind, Happening
from engine.instance import Advance, InstanceStatus, ProcessInstance
from engine.ledger import Ledger, call_event, item_event
from engine.operating_store import OperatingStore
from engine.passing import SentEvent, sent_event
from engine.prepared import Row
from engine.spiff.interpreter import Interpreter
from engine.spiff.tokens import Standing, ThrownKind
from engine.store import Store
from engine.suspension import require_running, standing_still
from engine.workitem import WorkItem

Calendars = Callable[[str], WorkingCalendar]


class Desk:
    """One session at one instant: loads a locked case, and writes down where it stands after it has moved."""

    def __init__(
        self, session: Session, *, now: datetime, definitions: DefinitionCache, calendars: Calendars, scope_of: ScopeOf
    ) -> None:
        self._store = Store(session)
        self._rows = OperatingStore(session)
        self._repository = Repository(self._store, definitions)
        self._ledger = Ledger(self._store, now)
        self._events = EventStore(session)
        self._known_calendars: dict[str, WorkingCalendar] = {}
        self._calendars = calendars
        self._scope_of = scope_of
        self.now = now

    def _calendar(self, code: str) -> WorkingCalendar:
        if code not in self._known_calendars:
            self._known_calendars[code] = self._calendars(code)
        return self._known_calendars[code]

    @staticmethod
    def _found(row: Row | None, instance_id: UUID) -> Row:
        if row is None:
            raise InstanceNotFound(instance_id)
        return row

    def _load_running(self, row: Row) -> Case:
        """The case, if it is not suspended. :raises InstanceSuspended:"""
        require_running(row)
        return self._load(row)

    def _load(self, row: Row) -> Case:
        bound, program = self._repository.linked(row["definition_key"], row["bindings"])
        interpreter = Interpreter.load(row["state"], program, now=self.now, calendars=self._calendar)
        newest = self._repository.renewed(bound, interpreter.running)
        if newest != bound:
            bound = newest
            program = self._repository.program(bound[row["definition_key"]], bound)
            interpreter = Interpreter.load(row["state"], program, now=self.now, calendars=self._calendar)
        return self._case(row["id"], bound, interpreter, interpreter.standing())

    def _case(
        self, instance_id: UUID, bound: Mapping[str, ProcessDefinition], interpreter: Interpreter, before: Standing
    ) -> Case:
        return Case(instance_id=instance_id, definitions=bound, interpreter=interpreter, before=before, now=self.now)

    @staticmethod
    def _passed(case: Case) -> Iterable[Happening]:
        return completions(case.interpreter.take_completed(), None, None, {})

    def _advance(
        self,
        instance: ProcessInstance,
        case: Case,
        happenings: list[Happening],
        *,
        closed: tuple[WorkItem, ...] = (),
        status: InstanceStatus = InstanceStatus.COMPLETED,
    ) -> Advance:
        """Write down where the case stands now. `status` is what it gets should it have ended."""
        after = case.interpreter.standing()
        happenings += self._passed(case)
        exited = self._exited(case, after, {item.id for item in closed})
        opened = [
            case.opened(task, self._scope_of) for ident, task in after.humans.items() if ident not in case.before.humans
        ]
        calls = tuple(case.call(task) for ident, task in after.services.items() if ident not in case.before.services)
        items, timers = tuple(item for item, _ in opened), timer_rows(case, after)
        if instance.suspension is not None:
            instance, items, timers = standing_still(instance, items, timers, self.now)
        ended = case.interpreter.ended
        happenings += [item_event(EventKind.ITEM_EXITED, item) for item in exited]
        happenings += [call_event(call) for call in calls]
        happenings += [item_event(EventKind.ITEM_OPENED, item) for item in items]
        if ended and status is InstanceStatus.COMPLETED:
            happenings.append(Happening(event=EventKind.INSTANCE_ENDED, definition_key=instance.definition_key))
        self._store.insert_items(items)
        self._store.replace_timers(*timers)
        gone, waits = wait_rows(case, after)
        self._store.replace_messages(gone, waits)
        return Advance(
            instance=self._save(instance, case, status if ended else instance.status, happenings),
            opened=items,
            closed=(*closed, *exited),
            services=calls,
            deadlines=tuple(deadline for _, deadline in opened if deadline is not None),
            events=tuple(event.job for event in self._events_of(instance, case, waits)),
            ended=ended,
        )

    def _events_of(self, instance: ProcessInstance, case: Case, waits: Iterable[Row]) -> list[SentEvent]:
        """What the case has thrown, written down, and kept messages it may now be waiting for."""
        thrown = [
            sent_event(one, instance.id, self.now)
            for one in case.interpreter.take_thrown()
            if one.kind is ThrownKind.SIGNAL or not one.caught
        ]
        self._events.insert_events(thrown)
        names = {wait["message"] for wait in waits if wait["kind"] == ThrownKind.MESSAGE.value}
        return [*thrown, *(self._events.kept_messages(names) if names else ())]

    def _save(
        self, instance: ProcessInstance, case: Case, status: InstanceStatus, happenings: list[Happening]
    ) -> ProcessInstance:
        bindings: Mapping[str, str] = {name: one.sha256 for name, one in case.definitions.items()}
        if bindings != instance.bindings:
            self._rows.rebind(instance.id, instance.definition_version, bindings)
        return self._ledger.save(
            instance,
            happenings,
            state=case.interpreter.dump(),
            bindings=bindings,
            status=status,
            variables=case.interpreter.variables,
            ended_at=self.now if status.ended else None,
            suspension=None if status.ended else instance.suspension,
        )

    def _exited(self, case: Case, after: Standing, completed: set[UUID]) -> tuple[WorkItem, ...]:
        """Work items whose tokens are gone without their having been completed."""
        gone = [ident for ident in case.before.humans if ident not in after.humans and ident not in completed]
        items = tuple(item.exited(at=self.now) for item in self._store.items(gone) if item.state.open)
        for item in items:
            self._store.update_item(item)
        return items
