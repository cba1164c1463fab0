"""Moving tokens, and bringing running cases to another version of their process."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from engine.advancing import Case
from engine.definition import ProcessDefinition
from engine.errors import ConcurrentChange, MigrationRefused
from engine.history import EventKind, Happening
from engine.instance import Advance
from engine.ledger import item_event
from engine.operating import Operating
from engine.operating_store import DESCRIBED
from engine.operations import ChangedItem, Changes, MigrationPlan, MigrationPreview, Movable, changes_of
from engine.prepared import Row
from engine.spiff import operated
from engine.store import as_instance
from engine.workitem import WorkItem


class Migration(Operating):
    """Changes where a case's tokens stand, or on which version. What it would do can be asked before."""

    def movable(self, instance_id: UUID) -> list[Movable]:
        """The tokens of a case and where each may be put. :raises InstanceNotFound:"""
        return operated.movable(self._load(self._found(self._store.instance(instance_id), instance_id)).interpreter)

    def preview_move(self, instance_id: UUID, task_id: UUID, target: str) -> Changes:
        """What moving a token would close and open; nothing is changed.

        :raises InstanceNotFound: :raises ExecutionFailed: it cannot be moved there, or the model fails after it
        """
        case = self._load(self._found(self._store.instance(instance_id), instance_id))
        operated.move(case.interpreter, task_id, target)
        return changes_of(case, case.before)

    def move_token(
        self, instance_id: UUID, task_id: UUID, target: str, *, revision: int, by: str, ground: str
    ) -> Advance:
        """Put a token before another node; `revision` is the case's that the preview was made for.

        :raises InstanceNotFound, InstanceEnded: :raises ConcurrentChange: the case has moved on since
        :raises ExecutionFailed: it cannot be moved there
        """
        row = self._open(instance_id)
        if row["revision"] != revision:
            raise ConcurrentChange(instance_id, revision)
        case = self._load(row)
        standing_at = {one.token.task_id: one.token for one in operated.movable(case.interpreter)}
        operated.move(case.interpreter, task_id, target)
        token = standing_at[task_id]
        moved = Happening(
            event=EventKind.STEP_MOVED,
            definition_key=token.process,
            element_id=token.element,
            actor=by,
            payload={"ground": ground, "from": token.element, "to": target},
        )
        return self._advance(as_instance(row), case, [moved])

    def preview_migration(self, instance_id: UUID, plan: MigrationPlan) -> MigrationPreview:
        """What a migration would do to a case; nothing is changed. :raises InstanceNotFound, DefinitionNotFound:"""
        row = self._found(self._store.instance(instance_id), instance_id)
        try:
            case, items = self._migrated(row, plan)
        except MigrationRefused as error:
            return MigrationPreview(instance_id=instance_id, obstacles=error.obstacles)
        known = set(row["variables"])
        return MigrationPreview(
            instance_id=instance_id,
            changes=changes_of(case, case.before),
            items=tuple(items),
            kept_timers=tuple(
                (timer.element, timer.due_at)
                for ident, timer in sorted(case.before.timers.items())
                if ident in {one.task_id for one in case.interpreter.timers()}
            ),
            added_variables=tuple(name for name in case.interpreter.variables if name not in known),
        )

    def migrate(self, instance_id: UUID, plan: MigrationPlan, *, by: str, ground: str) -> Advance:
        """Bring a case to another version. Open steps keep id, claim and deadline, timers what they wait for.

        :raises InstanceNotFound, InstanceEnded, DefinitionNotFound:
        :raises MigrationRefused: a token stands on what has no place in the new version; nothing is changed
        """
        row = self._open(instance_id)
        instance = as_instance(row)
        case, items = self._migrated(row, plan)
        for item in items:
            self._store.update_item(item.after)
        self._rows.describe_items([item.after for item in items])
        bindings = {key: one.sha256 for key, one in case.definitions.items()}
        self._rows.rebind(instance_id, plan.version, bindings)
        happening = Happening(
            event=EventKind.INSTANCE_MIGRATED,
            definition_key=instance.definition_key,
            actor=by,
            payload={
                "ground": ground,
                "from": instance.definition_version,
                "to": plan.version,
                "bindings": bindings,
                "mapping": {process: dict(names) for process, names in plan.mapping.items()},
            },
        )
        changed = [item_event(EventKind.ITEM_MIGRATED, item.after, by) for item in items]
        bound = replace(instance, definition_version=plan.version, bindings=bindings)
        return self._advance(bound, case, [happening, *changed])

    def _migrated(self, row: Row, plan: MigrationPlan) -> tuple[Case, list[ChangedItem]]:
        """The case on the new version, in memory, and its open steps as that describes them."""
        before = self._load(row)
        bound = self._bound(row["definition_key"], plan)
        program = self._repository.program(bound[row["definition_key"]], bound)
        interpreter = operated.migrated(before.interpreter, program, plan.mapping)
        case = self._case(row["id"], bound, interpreter, before.before)
        return case, self._described(case, row)

    def _bound(self, key: str, plan: MigrationPlan) -> dict[str, ProcessDefinition]:
        return self._repository.bind(self._repository.definition(key, plan.version), plan.called)

    def _described(self, case: Case, row: Row) -> list[ChangedItem]:
        tasks = {task.task_id: task for task in case.interpreter.human_tasks()}
        found = []
        for item in self._store.open_items(row["id"]):
            if item.id in tasks:
                fresh, _ = case.opened(tasks[item.id], self._scope_of)
                found.append(ChangedItem(before=item, after=_carried(item, fresh)))
        return found


def _carried(item: WorkItem, fresh: WorkItem) -> WorkItem:
    """The step as the new version describes it; who has it, since when and until when stay."""
    described: dict[str, Any] = {name: getattr(fresh, name) for name in DESCRIBED}
    return replace(item, **described, data=_merged(item.data, fresh.data), version=item.version + 1)


def _merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {**before, **after}
