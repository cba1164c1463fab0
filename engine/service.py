"""The engine's door. An Engine is bound to one session and one instant; it flushes, its caller commits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from engine.advancing import ScopeOf, completions
from engine.definition import ProcessDefinition, ProcessPackage
from engine.definitions import DefinitionCache
from engine.desk import Calendars
from engine.errors import ExecutionFailed, InstanceEnded
from engine.history import NO_HEAD, EventKind, Happening, HistoryEvent, HistoryFault, Marking, verify_chain
from engine.instance import Advance, DueTimer, InstanceStatus, ProcessInstance, RaisedError, ServiceCall
from engine.operating import MESSAGE, SERVICE
from engine.package import partners_of
from engine.reading.calls import key_of
from engine.spiff.interpreter import Interpreter
from engine.spiff.raising import raise_error
from engine.spiff.tokens import NOTHING, Beginning
from engine.starting import Starting
from engine.store import as_instance
from engine.suspension import require_running
from engine.worklist import Worklist

__all__ = ["Calendars", "DefinitionCache", "Engine", "ScopeOf"]


class Engine(Starting, Worklist):
    """Deploys packages and moves cases on. Every change returns what its caller has to act on in the same transaction.

    Whether a person may act is the caller's question; the engine knows people as strings and writes them down.
    """

    # definitions

    def deploy(
        self,
        package: ProcessPackage,
        *,
        by: str,
        place: Mapping[str, Any] | None = None,
        deployment: UUID | None = None,
    ) -> ProcessDefinition:
        """A new version of the process, or the one that has this very content; its start events wait from now on.

        The other executable processes of its diagram are deployed with it, under their own ids.

        :param deployment: the same for all packages deployed together: calls may be bound to it
        :param place: `time_zone` and `calendar` that its start timers and conditions read
        :raises PackageInvalid, DefinitionRefused: it cannot be compiled (the linter is run by the caller)
        """
        together = deployment or uuid4()
        definition, *partners = [
            self._repository.deploy(one, by=by, at=self.now, deployment=together)
            for one in (package, *partners_of(package))
        ]
        for one in (definition, *partners):
            self._arm(one, place or {})
        return definition

    def definition(self, key: str, version: int | None = None) -> ProcessDefinition:
        """A deployed version, the newest unless one is named. :raises DefinitionNotFound:"""
        return self._repository.definition(key, version)

    def each_definition(self, named: Sequence[tuple[str, int | None]]) -> list[ProcessDefinition]:
        """The same of several keys and versions, in their order and at once. :raises DefinitionNotFound:"""
        return self._repository.each(named)

    def definitions(self) -> list[ProcessDefinition]:
        """The newest version of each process."""
        return self._repository.newest()

    # cases

    def start(
        self, key: str, *, instance_id: UUID, variables: Mapping[str, Any], by: str, at: Beginning | None = None
    ) -> Advance:
        """Begin a case of the newest version; what it calls is bound to the versions deployed now.

        :param at: the start event that has happened; else it begins at the one without trigger
        :raises DefinitionNotFound: it, or a process it calls, is not deployed
        :raises DefinitionSuspended: no case of it may begin now
        :raises ExecutionFailed: the model fails before anything waits
        """
        definition = self._repository.definition(key)
        self.require_not_held(key)
        bound = self._repository.bind(definition)
        program = self._repository.program(definition, bound)
        interpreter = Interpreter.start(program, variables=variables, now=self.now, calendars=self._calendar, at=at)
        instance = ProcessInstance(
            id=instance_id,
            definition_key=key,
            definition_version=definition.version,
            bindings={name: one.sha256 for name, one in bound.items()},
            status=InstanceStatus.RUNNING,
            revision=0,
            variables=interpreter.variables,
            history_seq=0,
            history_head=NO_HEAD,
            started_at=self.now,
            started_by=by,
        )
        self._ledger.open(instance)
        case = self._case(instance_id, bound, interpreter, NOTHING)
        started = Happening(
            event=EventKind.INSTANCE_STARTED,
            definition_key=key,
            actor=by,
            element_id=at.element if at else None,
            payload={"version": definition.version, "bindings": dict(instance.bindings)},
        )
        return self._advance(instance, case, [started])

    def lock(self, instance_id: UUID) -> ProcessInstance:
        """The case, locked until the transaction ends. :raises InstanceNotFound:"""
        return as_instance(self._found(self._store.lock_instance(instance_id), instance_id))

    def complete(self, item_id: UUID, *, version: int, by: str, variables: Mapping[str, Any]) -> Advance:
        """Finish a person's step. Of the variables only those its process declares are taken.

        :raises StaleWorkItem, WorkItemClosed, WorkItemReserved, WorkItemNotFound: somebody was first
        :raises InstanceSuspended: nobody acts in the case now
        :raises ExecutionFailed: the model cannot go on; nothing has been changed
        """
        row, item = self._lock_by_item(item_id)
        done = item.completed(version=version, by=by, at=self.now)
        case = self._load_running(row)
        if item_id not in case.before.humans:
            raise ExecutionFailed(done.element_id, "the state of the case knows nothing of the work item")
        accepted = case.interpreter.accepted(item_id, variables)
        case.interpreter.complete(item_id, accepted)
        self._store.update_item(done)
        passed = completions(case.interpreter.take_completed(), item_id, by, accepted)
        return self._advance(as_instance(row), case, list(passed), closed=(done,))

    def waiting_services(self, instance_id: UUID) -> list[ServiceCall]:
        """The service tasks of a case that wait for their handlers; of a suspended case also those that have not
        answered yet. :raises InstanceNotFound:
        """
        row = self._found(self._store.instance(instance_id), instance_id)
        case = self._load(row)
        calls = [case.call(task) for task in case.before.services.values()]
        return [one for one in calls if row["suspension"] is None or not self.has_arrived(instance_id, one.task_id)]

    def finish_service(self, instance_id: UUID, task_id: UUID, variables: Mapping[str, Any]) -> Advance | None:
        """A handler's work is done; None when the task no longer waits: too late, nothing changes.

        In a suspended case the result is kept, and taken when the case is resumed.

        :raises InstanceNotFound:
        """
        row = self._found(self._store.lock_instance(instance_id), instance_id)
        case = self._load(row)
        if task_id not in case.before.services:
            return None
        accepted = case.interpreter.accepted(task_id, variables)
        if row["suspension"] is not None:
            arrived = self.has_arrived(instance_id, task_id)
            return None if arrived else self.keep_arrival(row, SERVICE, str(task_id), accepted)
        case.interpreter.finish_service(task_id, accepted)
        passed = completions(case.interpreter.take_completed(), task_id, None, accepted)
        return self._advance(as_instance(row), case, list(passed))

    def raise_error(self, instance_id: UUID, task_id: UUID, error: RaisedError) -> Advance | None:
        """A handler raises a BPMN error at its service task; None when the task no longer waits: too late.

        :raises InstanceNotFound:
        :raises InstanceSuspended: nothing happens in the case now; the handler is to be asked again when it goes on
        :raises ExecutionFailed: nothing catches it, or the model cannot go on; nothing has been changed
        """
        row = self._found(self._store.lock_instance(instance_id), instance_id)
        case = self._load(row)
        waiting = case.before.services.get(task_id)
        if waiting is None:
            return None
        require_running(row)
        raise_error(case.interpreter, task_id, error)
        raised = Happening(
            event=EventKind.ERROR_RAISED,
            definition_key=key_of(waiting.process),
            element_id=waiting.element,
            payload={"code": error.code, "message": error.message, "variables": sorted(error.variables)},
        )
        return self._advance(as_instance(row), case, [raised, *self._passed(case)])

    def due_timers(self, limit: int = 100) -> list[DueTimer]:
        """Timers whose hour has come, the earliest first."""
        return [
            DueTimer(**{name: row[name] for name in ("id", "instance_id", "due_at", "definition_key", "element_id")})
            for row in self._store.due_timers(self.now, limit)
        ]

    def fire_timer(self, timer_id: UUID) -> Advance | None:
        """Fire a due timer; None when it no longer waits or is not due yet."""
        row = self._store.lock_instance_of_timer(timer_id)
        timer = self._store.timer(timer_id) if row is not None else None
        if row is None or timer is None or timer["due_at"] > self.now:
            return None
        case = self._load(row)
        if not case.interpreter.fire(timer_id):
            self._store.replace_timers([timer_id], [])
            return None
        fired = Happening(
            event=EventKind.TIMER_FIRED,
            definition_key=timer["definition_key"],
            element_id=timer["element_id"],
            payload={"due_at": timer["due_at"].isoformat()},
        )
        return self._advance(as_instance(row), case, [fired, *self._passed(case)])

    def deliver_message(self, instance_id: UUID, message: str, variables: Mapping[str, Any]) -> Advance | None:
        """Hand a message to a case; None when nothing in it waits for it. In a suspended case it is kept.

        :raises InstanceNotFound:
        """
        row = self._found(self._store.lock_instance(instance_id), instance_id)
        case = self._load(row)
        if row["suspension"] is not None:
            waits = any(wait.message == message for wait in case.before.messages)
            return self.keep_arrival(row, MESSAGE, message, variables) if waits else None
        if case.interpreter.ended or not case.interpreter.deliver_message(message, variables):
            return None
        delivered = Happening(
            event=EventKind.MESSAGE_DELIVERED,
            definition_key=row["definition_key"],
            payload={"message": message, "variables": sorted(variables)},
        )
        return self._advance(as_instance(row), case, [delivered, *self._passed(case)])

    def cancel(self, instance_id: UUID, *, by: str, ground: str) -> Advance:
        """End a case with a ground; its items are taken away. :raises InstanceNotFound, InstanceEnded:"""
        row = self._found(self._store.lock_instance(instance_id), instance_id)
        if InstanceStatus(row["status"]).ended:
            raise InstanceEnded(instance_id)
        case = self._load(row)
        case.interpreter.cancel()
        cancelled = Happening(
            event=EventKind.INSTANCE_CANCELLED,
            definition_key=row["definition_key"],
            actor=by,
            payload={"ground": ground},
        )
        return self._advance(as_instance(row), case, [cancelled], status=InstanceStatus.CANCELLED)

    def history(self, instance_id: UUID) -> list[HistoryEvent]:
        """Everything that has happened in a case, in order."""
        return self._store.history(instance_id)

    def verify_history(self, instance_id: UUID) -> list[HistoryFault]:
        """Where a case's history is not what was written; empty if it is whole. :raises InstanceNotFound:"""
        row = self._found(self._store.instance(instance_id), instance_id)
        return verify_chain(self._store.history(instance_id), seq=row["history_seq"], head=row["history_head"])

    def erase_history(self, instance_id: UUID, *, by: str, ground: str) -> ProcessInstance:
        """Erase what the events of a case carried, by law or disposal; that they happened stays, chained as before.

        What its finished steps saw goes too, and of a case that has ended its variables.

        :raises InstanceNotFound:
        """
        row = self._found(self._store.lock_instance(instance_id), instance_id)
        found = as_instance(row)
        if found.ended_at is not None:
            found = replace(found, variables={})
        erased = Happening(
            event=EventKind.HISTORY_ERASED,
            definition_key=row["definition_key"],
            actor=by,
            payload={"ground": ground, "payloads": self._store.erase_payloads(instance_id)},
        )
        return self._ledger.save(found, [erased])

    def markings(self, instance_id: UUID) -> list[Marking]:
        """The elements a case has reached, for its diagrams. :raises InstanceNotFound:"""
        return self._load(self._found(self._store.instance(instance_id), instance_id)).interpreter.markings()
