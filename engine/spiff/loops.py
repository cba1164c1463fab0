"""Activities done several times: each instance is a task of its own that holds its item as a local variable.

The instances' completion is wired to the activity when the model is compiled, not when the first instance starts:
an instance restored from the database by another process must find its way back, too.
"""

# ruff: noqa: D102, SLF001 - these are SpiffWorkflow's own kind: its methods keep their meanings
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.errors import ExecutionFailed
from engine.spiff.behaviors import Behavior
from engine.spiff.records import release
from engine.spiff.scopes import assign, held, visible
from engine.spiff.specs import end_boundary_events
from engine.spiff.values import normalised

COUNTER = "loopCounter"
"""of an instance: it is the n-th that was generated; of a standard loop: how often it has begun (BPMN 2.0.2, 10.3.8)"""
MAX_INSTANCES = 10_000


class _Repeated(BpmnSpecMixin):
    """What loops and multi-instance activities have in common."""

    holds_instances = True
    task_spec: str
    """name of the spec each instance runs"""

    def wire(self) -> None:
        """Let the completion of an instance reach the activity."""
        self._wf_spec.task_specs[self.task_spec].completed_event.connect(self.merge_child)

    def merge_child(self, workflow: Any, child: Any) -> None:
        raise NotImplementedError

    def begin_child(self, my_task: Any, local: Mapping[str, Any], key: Any = None) -> None:
        child = my_task._add_child(self._wf_spec.task_specs[self.task_spec], TaskState.FUTURE)
        child.triggered = True
        child.data = dict(local)
        if key is not None:
            child.internal_data["key"] = key
        child.task_spec._update(child)

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        release(my_task)
        end_boundary_events(my_task)


class StandardLoopTask(_Repeated):
    """Repeats an activity while its condition holds (BPMN 2.0.2, 13.3.6)."""

    def __init__(
        self, wf_spec: Any, bpmn_id: str, *, maximum: int | None, condition: str | None, test_before: bool
    ) -> None:
        super().__init__(wf_spec, bpmn_id)
        self.maximum = maximum
        self.condition = condition
        self.test_before = test_before

    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task.has_state(TaskState.STARTED):
            return None
        my_task.internal_data["merged"] = 0
        if self.test_before and self.loop_complete(my_task):
            return True
        my_task._set_state(TaskState.STARTED)
        self._begin_next(my_task)
        return None

    def _begin_next(self, my_task: Any) -> None:
        self.begin_child(my_task, {COUNTER: my_task.internal_data["merged"] + 1})

    def merge_child(self, workflow: Any, child: Any) -> None:  # noqa: ARG002 - an event of SpiffWorkflow's
        my_task = child.parent
        my_task.internal_data["merged"] += 1
        if self.loop_complete(my_task):
            my_task._set_state(TaskState.READY)
        else:
            self._begin_next(my_task)

    def loop_complete(self, my_task: Any) -> bool:
        done = my_task.internal_data["merged"]
        if self.maximum is not None and done >= self.maximum:
            return True
        if self.condition is None:
            return False
        return not my_task.workflow.script_engine.evaluate_with(my_task, self.condition, {COUNTER: done})


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection of the process that instances take their items from, or put them into.

    The standard refers to it through the activity's data inputs and associations, other tools by the variable's name:
    the first of its names that the process has is meant, else the last.
    """

    names: tuple[str, ...]

    def name(self, my_task: Any) -> str:
        known = visible(my_task)
        return next((name for name in self.names if name in known), self.names[-1])

    def value(self, my_task: Any) -> Any:
        return visible(my_task).get(self.name(my_task))


@dataclass(frozen=True, slots=True, kw_only=True)
class Instances:
    """How often, over what, and until when: multiInstanceLoopCharacteristics."""

    sequential: bool
    cardinality: str | None
    source: Collection | None
    target: Collection | None
    input_names: tuple[str, ...]
    """what an instance calls its item"""
    output_names: tuple[str, ...]
    condition: str | None
    behavior: Behavior


class MultiInstanceTask(_Repeated):
    """Several instances of an activity, at once or one after the other (BPMN 2.0.2, 13.3.7)."""

    def __init__(self, wf_spec: Any, bpmn_id: str, *, instances: Instances) -> None:
        super().__init__(wf_spec, bpmn_id)
        self.instances = instances

    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task.has_state(TaskState.STARTED):
            return None
        items = self._items(my_task)
        my_task.internal_data.update(total=len(items), created=0, terminated=0, done=[])
        self._reset_output(my_task)
        if not items:
            return True
        my_task._set_state(TaskState.STARTED)
        if self.instances.sequential:
            my_task.internal_data["todo"] = items
            self._begin_next(my_task)
        else:
            for key, item in items:
                self._begin(my_task, key, item)
        return None

    def _items(self, my_task: Any) -> list[list[Any]]:
        """What each instance is about, as [key, item]: counted once, when the activity begins."""
        if self.instances.source is None:
            count = _whole(my_task.workflow.script_engine.evaluate(my_task, self.instances.cardinality))
            self._require_few(count)
            items: list[list[Any]] = [[number, number] for number in range(count)]
        else:
            name = self.instances.source.name(my_task)
            given = normalised(self.instances.source.value(my_task), name=name)
            if not isinstance(given, list | dict):
                raise ExecutionFailed(self.bpmn_id, f"{name!r} is no collection: its instances cannot be counted")
            pairs = given.items() if isinstance(given, dict) else enumerate(given)
            items = [[key, item] for key, item in pairs]
            self._require_few(len(items))
        return items

    def _require_few(self, count: int) -> None:
        if count > MAX_INSTANCES:
            raise ExecutionFailed(self.bpmn_id, f"{count:,} instances are more than {MAX_INSTANCES:,}")

    def _begin_next(self, my_task: Any) -> None:
        key, item = my_task.internal_data["todo"].pop(0)
        self._begin(my_task, key, item)

    def _begin(self, my_task: Any, key: Any, item: Any) -> None:
        my_task.internal_data["created"] += 1
        local: dict[str, Any] = {COUNTER: my_task.internal_data["created"]}
        local |= dict.fromkeys(self.instances.output_names)
        local |= {name: normalised(item, name=name) for name in self.instances.input_names}
        self.begin_child(my_task, local, key)

    def merge_child(self, workflow: Any, child: Any) -> None:  # noqa: ARG002 - an event of SpiffWorkflow's
        my_task = child.parent
        self._collect(my_task, child)
        runtime = self.attributes(my_task, child)
        self.instances.behavior.throw(child, runtime)
        if my_task.has_state(TaskState.FINISHED_MASK):
            return  # what was thrown has interrupted it
        if self._satisfied(child, runtime):
            self._terminate(my_task)
            my_task._set_state(TaskState.READY)
        elif len(my_task.internal_data["done"]) + my_task.internal_data["terminated"] == my_task.internal_data["total"]:
            my_task._set_state(TaskState.READY)
        elif my_task.internal_data.get("todo"):
            self._begin_next(my_task)

    def _satisfied(self, child: Any, runtime: Mapping[str, int]) -> bool:
        condition = self.instances.condition
        return condition is not None and bool(
            child.workflow.script_engine.evaluate_with(child, condition, runtime),
        )

    def _terminate(self, my_task: Any) -> None:
        """Take the instances away that still run; those not begun will not begin."""
        my_task.internal_data.pop("todo", None)
        for other in my_task.children:
            if other.task_spec.name == self.task_spec and not other.has_state(TaskState.FINISHED_MASK):
                my_task.internal_data["terminated"] += 1
                other.cancel()

    def attributes(self, my_task: Any, child: Any) -> dict[str, int]:
        """The runtime attributes of table 10.30, and the names other tools give them."""
        state = my_task.internal_data
        completed, created, terminated = len(state["done"]), state["created"], state["terminated"]
        active = created - completed - terminated
        return {
            COUNTER: child.data.get(COUNTER, created),
            "numberOfInstances": created,
            "numberOfActiveInstances": active,
            "numberOfCompletedInstances": completed,
            "numberOfTerminatedInstances": terminated,
            "nrOfInstances": state["total"],
            "nrOfActiveInstances": active,
            "nrOfCompletedInstances": completed,
        }

    def _collect(self, my_task: Any, child: Any) -> None:
        """Count an instance, and put what it produced into the output collection, in the order of the instances."""
        number = child.data[COUNTER]
        place = bisect_left(my_task.internal_data["done"], number)
        my_task.internal_data["done"].insert(place, number)
        if self.instances.target is None or not self.instances.output_names:
            return
        given = [child.data.get(name) for name in self.instances.output_names]
        item = next((value for value in given if value is not None), None)
        name = self.instances.target.name(my_task)
        item, key = normalised(item, name=name), child.internal_data["key"]
        output = held(my_task, name)  # changed in its place: thousands of instances must not copy it each time
        if isinstance(output, dict):
            output[str(key)] = item
        elif not isinstance(output, list):
            assign(my_task, {name: [item]})
        elif self.in_place and key < len(output):
            output[key] = item
        else:
            output.insert(place, item)

    @property
    def in_place(self) -> bool:
        """Whether the instances change the very collection they came from."""
        return self.instances.source is not None and self.instances.source == self.instances.target

    def _reset_output(self, my_task: Any) -> None:
        """Every visit fills the collection anew."""
        if self.instances.target is None or self.in_place:
            return
        items = self.instances.source.value(my_task) if self.instances.source is not None else []
        assign(my_task, {self.instances.target.name(my_task): {} if isinstance(items, Mapping) else []})


def _whole(value: Any) -> int:
    """What a loopCardinality gave, which must be an integer (BPMN 2.0.2, table 10.29)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 0:
        raise ExecutionFailed(None, f"the loopCardinality gives {value!r}: it must be a whole number, 0 or more")
    return int(value)
