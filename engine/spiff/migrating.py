"""Bringing a running case to another version of its process: every token keeps its id, its data and its clock (P6).

SpiffWorkflow's own migration resets the branches it changes, so that a timer starts anew. Here each task that still
matters is told the node of the new version it stands on; what waits on an activity's border is matched event by event:
those both versions have wait on, those only the new one has begin, those only the old one had go.
"""

# ruff: noqa: SLF001 - the inner parts of SpiffWorkflow's tasks are what is being carried over
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.compaction import compact
from engine.spiff.compensation import RECORD, TODO
from engine.spiff.event_nodes import SubprocessListener
from engine.spiff.joins import FLOW, RESET, TokenJoin
from engine.spiff.program import Program
from engine.spiff.records import COMPLETED
from engine.spiff.scopes import COMPLETED_AT
from engine.spiff.specs import BoundarySplit
from engine.spiff.timers import CYCLE, DUE, definitions_in, definitions_of
from engine.spiff.tokens import Obstacle

SPLIT = ".BoundaryEventSplit"
HUMAN = frozenset({"userTask", "manualTask"})
Renamed = Callable[[str, str], str]
"""(process, element of the old version) → element of the new one"""


class _Carrier:
    """Carries one case over; obstacles are collected, so that all can be told at once."""

    def __init__(self, case: Any, program: Program, renamed: Renamed) -> None:
        self.case = case
        self.program = program
        self.renamed = renamed
        self.obstacles: dict[tuple[str, str, str], Obstacle] = {}
        self.new_events: list[tuple[Any, list[str]]] = []
        """(split or root, names of listeners the old version did not have)"""

    def carry(self) -> None:
        compact(self.case)
        for workflow in list(self.case.workflows()):
            self._workflow(workflow)
        if not self.obstacles:
            self._counters(self.case.entered)
            self._counters(self.case.done)

    def _workflow(self, workflow: Any) -> None:
        old, new = workflow.spec, self._spec(workflow)
        if new is None:
            return
        _drop_predictions(workflow)
        for task in list(workflow.tasks.values()):
            if task.id in workflow.tasks:
                self._task(task, old, new)
        self._records(workflow.kept.get(COMPLETED, []), old, new)
        if not self.obstacles:
            workflow.spec = new
            self._listeners(workflow, old, new)
            self._variables(workflow, old.process)

    def _spec(self, workflow: Any) -> Any | None:
        name = workflow.spec.name
        process, separator, inner = name.partition("/")
        new = self.program.specs.get(f"{process}{separator}{self.renamed(process, inner)}" if inner else name)
        if new is None:
            self._obstacle(process, inner or name, "missing")
        return new

    def _task(self, task: Any, old: Any, new: Any) -> None:
        spec = task.task_spec
        if spec is old.start or spec is old.end:
            task.task_spec = new.start if spec is old.start else new.end
            return
        name = self._name(spec, old)
        if isinstance(spec, BoundarySplit):
            self._split(task, new, name)
            return
        target = new.task_specs.get(name)
        if _is_listener(spec) and (target is None or type(target) is not type(spec)):
            task.cancel()
            task.workflow._remove_task(task.id)
            return
        if target is None or not _same_kind(spec, target):
            if task.has_state(TaskState.NOT_FINISHED_MASK):
                self._obstacle(
                    old.process, getattr(spec, "bpmn_id", None) or spec.name, "kind" if target else "missing"
                )
            return
        self._carry_memory(task, target)
        if not _is_listener(spec):
            self._border(task, spec, target, new)
        task.task_spec = target

    def _name(self, spec: Any, old: Any) -> str:
        """The name of a spec in the new version: a renamed element's inner parts are named after it."""
        base, mark, rest = spec.name, "", ""
        for separator in (SPLIT, " ("):
            if separator in spec.name:
                base, mark, rest = spec.name.partition(separator)
                break
        if not mark and " [" in spec.name:
            base, mark, rest = spec.name.partition(" [")
        return f"{self.renamed(old.process, base)}{mark}{rest}"

    def _split(self, split: Any, new: Any, name: str) -> None:
        """A split stays where the new version has one; else its children hang where it hung."""
        target = new.task_specs.get(name)
        if target is not None:
            before = [
                self._name(split.workflow.spec.task_specs[one], split.workflow.spec) for one in split.task_spec.events
            ]
            self.new_events.append((split, [one for one in target.events if one not in before]))
            split.task_spec = target
            return
        parent = split.parent
        for child in list(split.children):
            if _is_listener(child.task_spec):
                child.cancel()
                child.workflow._remove_task(child.id)
            else:
                _hang(child, parent)
        split.workflow._remove_task(split.id)

    def _border(self, task: Any, spec: Any, target: Any, new: Any) -> None:
        """An activity that has a border in the new version only gets a split before it."""
        split_spec = new.task_specs.get(f"{target.name}{SPLIT}")
        bordered = isinstance(task.parent.task_spec, BoundarySplit) and task.parent.task_spec.name.startswith(
            (f"{spec.name}{SPLIT}", f"{target.name}{SPLIT}")
        )
        if split_spec is None or bordered or not task.has_state(TaskState.NOT_FINISHED_MASK):
            return
        split = Task(task.workflow, split_spec, task.parent, state=TaskState.COMPLETED)
        split.thread_id = 0
        _hang(task, split)
        self.new_events.append((split, list(split_spec.events)))

    def _carry_memory(self, task: Any, target: Any) -> None:
        memory = task.internal_data
        if DUE in memory or CYCLE in memory:
            names = {
                one.name: other.name
                for one, other in zip(definitions_of(task), _definitions(target), strict=False)
                if hasattr(one, "due_at") and hasattr(other, "due_at")
            }
            for clock in (DUE, CYCLE):
                if clock in memory:
                    memory[clock] = {names[name]: due for name, due in memory[clock].items() if name in names}
        for records in (memory.get(COMPLETED), memory.get(TODO), [memory[RECORD]] if RECORD in memory else None):
            self._records(records or [], task.workflow.spec, target._wf_spec)
        if RESET in memory:
            memory[RESET] = [
                self._name(task.workflow.spec.task_specs[flow], task.workflow.spec) for flow in memory[RESET]
            ]
        if isinstance(task.task_spec, TokenJoin) and FLOW in memory:
            flow = self._name(task.workflow.spec.task_specs[memory[FLOW]], task.workflow.spec)
            if flow not in target._inputs:
                self._obstacle(task.task_spec.process, task.task_spec.bpmn_id, "join")
            memory[FLOW] = flow

    def _records(self, records: list[dict[str, Any]], old: Any, new: Any) -> None:
        """What can be compensated must find its handler in the new version, too."""
        for record in records:
            name = self._name(old.task_specs[record["handler"]], old)
            if name not in new.task_specs:
                self._obstacle(old.process, record.get("activity", name), "missing")
                continue
            record["handler"] = name
            if "activity" in record:
                record["activity"] = self.renamed(old.process, record["activity"])
            if "inner" in record:
                inside, target = self.case.subprocess_specs[record["spec"]], new.task_specs[name].spec
                if target in self.program.specs:
                    record["spec"] = target
                    self._records(record["inner"], inside, self.program.specs[target])

    def _listeners(self, workflow: Any, old: Any, new: Any) -> None:
        before = {self._name(old.task_specs[name], old) for name in old.start.listeners}
        self.new_events.append((workflow.task_tree, [name for name in new.start.listeners if name not in before]))

    def _variables(self, workflow: Any, process: str) -> None:
        if not workflow.has_own_scope:
            return
        package = self.program.packages.get(process)
        for name, variable in (package.variables if package else {}).items():
            workflow.data.setdefault(name, variable.initial)
        completed = workflow.data.get(COMPLETED_AT)
        if isinstance(completed, dict):
            known = {self.renamed(process, element): at for element, at in completed.items()}
            workflow.data[COMPLETED_AT] = {**completed, **known}

    def _counters(self, counters: dict[str, dict[str, int]]) -> None:
        for process, counts in counters.items():
            for element, count in list(counts.items()):
                target = self.renamed(process, element)
                counts[target] = max(count, counts.get(target, 0))

    def _obstacle(self, process: str, element: str, reason: str) -> None:
        found = Obstacle(process=process, element=element, reason=reason)
        self.obstacles.setdefault((process, element, reason), found)


def carry_over(case: Any, program: Program, renamed: Renamed) -> tuple[list[Obstacle], list[tuple[Any, list[str]]]]:
    """Put a loaded case on another program's specs. Returns what stands in the way, and the listeners to begin once the
    case has been written and read again: (the task they hang under, their names).
    """
    carrier = _Carrier(case, program, renamed)
    carrier.carry()
    return list(carrier.obstacles.values()), [(task.id, names) for task, names in carrier.new_events if names]


def begin_listeners(case: Any, wanted: Iterable[tuple[Any, list[str]]]) -> None:
    """What only the new version listens to begins to wait now."""
    for task_id, names in wanted:
        for workflow in case.workflows():
            holder = workflow.tasks.get(task_id)
            for name in names if holder is not None else ():
                spec = workflow.spec.task_specs[name]
                child = next((one for one in holder.children if one.task_spec is spec), None)
                child = child or holder._add_child(spec, TaskState.FUTURE)
                child._set_state(TaskState.FUTURE)
                child.task_spec._update(child)


def renames(mapping: Mapping[str, Mapping[str, str]]) -> Renamed:
    """A mapping process → {old element → new element} as a function; what it leaves out keeps its name."""
    return lambda process, element: mapping.get(process, {}).get(element, element)


def _is_listener(spec: Any) -> bool:
    return bool(getattr(spec, "is_listener", False)) or isinstance(spec, SubprocessListener)


def _same_kind(spec: Any, target: Any) -> bool:
    kinds = {getattr(spec, "kind", ""), getattr(target, "kind", "")}
    return type(spec) is type(target) or kinds <= HUMAN


def _definitions(spec: Any) -> list[Any]:
    return list(definitions_in(spec.event_definition))


def _drop_predictions(workflow: Any) -> None:
    for task in list(workflow.tasks.values()):
        if task.id in workflow.tasks and task.has_state(TaskState.PREDICTED_MASK):
            workflow._remove_task(task.id)
    for task in list(workflow.tasks.values()):
        parent = task.parent
        ahead = task._state == TaskState.FUTURE and parent is not None and not parent.has_state(TaskState.FINISHED_MASK)
        if task.id in workflow.tasks and ahead:
            workflow._remove_task(task.id)


def _hang(task: Any, parent: Any) -> None:
    if task.parent is not None and task.id in task.parent._children:
        task.parent._children.remove(task.id)
    task._parent = parent.id
    parent._children.append(task.id)
