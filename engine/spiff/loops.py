"""Activities done several times: each instance is a task of its own that holds its item as a local variable.

The instances' completion is wired to the activity when the model is compiled, not when the first instance starts:
an instance restored from the database by another process must find its way back, too.
"""

# ruff: noqa: ARG002, D102, SLF001 - these are SpiffWorkflow's own kind: its methods keep their signatures and meanings
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults as bpmn
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.util.task import TaskState

from engine.spiff.scopes import assign, scope_of, visible
from engine.spiff.specs import end_boundary_events
from engine.spiff.values import normalised


class ScopeVariable(TaskDataReference):
    """A collection a multi-instance activity reads or fills: a variable of the process."""

    def get(self, my_task: Any) -> Any:
        return visible(my_task).get(self.bpmn_id)

    def set(self, my_task: Any, value: Any) -> None:
        scope_of(my_task).data[self.bpmn_id] = value

    def exists(self, my_task: Any) -> bool:
        return self.bpmn_id in visible(my_task)


class _Repeated:
    """What loops and multi-instance activities have in common."""

    name: str
    task_spec: str
    _wf_spec: Any

    def wire(self) -> None:
        """Let the completion of an instance reach the activity."""
        self._wf_spec.task_specs[self.task_spec].completed_event.connect(self.merge_child)

    def merge_child(self, workflow: Any, child: Any) -> None:
        raise NotImplementedError

    def begin_child(self, my_task: Any, local: Mapping[str, Any]) -> Any:
        child = my_task._add_child(self._wf_spec.task_specs[self.task_spec], TaskState.WAITING)
        child.triggered = True
        child.data = dict(local)
        return child

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)  # type: ignore[misc]
        end_boundary_events(my_task)


class StandardLoopTask(_Repeated, bpmn.StandardLoopTask):
    """Repeats an activity while its condition holds."""

    def create_child(self, my_task: Any) -> None:
        child = self.begin_child(my_task, {"loopCounter": my_task.internal_data["merged"]})
        child.task_spec._update(child)

    def _update_hook(self, my_task: Any) -> bool | None:
        my_task.internal_data.setdefault("merged", 0)
        if self.test_before and self.loop_complete(my_task):
            return True
        my_task._set_state(TaskState.STARTED)
        self.create_child(my_task)
        return None

    def merge_child(self, workflow: Any, child: Any) -> None:
        my_task = child.parent
        my_task.internal_data["merged"] += 1
        if self.loop_complete(my_task):
            my_task._set_state(TaskState.READY)
        else:
            self.create_child(my_task)

    def loop_complete(self, my_task: Any) -> bool:
        if self.maximum is not None and my_task.internal_data["merged"] >= self.maximum:
            return True
        return self.condition is not None and not my_task.workflow.script_engine.evaluate(my_task, self.condition)


class _MultiInstance(_Repeated):
    """What parallel and sequential multi-instance activities have in common."""

    data_input: Any
    data_output: Any
    input_item: Any
    output_item: Any
    _instances: Any

    def create_child(self, my_task: Any, item: Any, key_or_index: Any = None) -> None:
        running = [child for child in self._instances(my_task) if not child.has_state(TaskState.FINISHED_MASK)]
        local: dict[str, Any] = {"loopCounter": len(running) + len(my_task.internal_data["merged"])}
        if self.output_item is not None:
            local[self.output_item.bpmn_id] = None
        if self.input_item is not None:
            local[self.input_item.bpmn_id] = normalised(item, name=self.input_item.bpmn_id)
        child = self.begin_child(my_task, local)
        child.internal_data["key_or_index"] = key_or_index
        child.task_spec._update(child)

    def collect(self, my_task: Any, child: Any) -> None:
        """Put what an instance produced into the output collection."""
        my_task.internal_data["merged"].append(str(child.id))
        if self.data_output is None or self.output_item is None:
            return
        item = normalised(child.data.get(self.output_item.bpmn_id), name=self.output_item.bpmn_id)
        output = normalised(self.data_output.get(my_task), name=self.data_output.bpmn_id)
        key = child.internal_data.get("key_or_index")
        if isinstance(output, dict) or self.in_place:
            output[key] = item
        else:
            output = [*(output or []), item]
        assign(my_task, {self.data_output.bpmn_id: output})

    @property
    def in_place(self) -> bool:
        """Whether the instances change the very collection they came from."""
        return self.data_input is not None and self.data_input.bpmn_id == self.data_output.bpmn_id

    def _reset_output(self, my_task: Any) -> None:
        """Every visit fills the collection anew."""
        if self.data_output is not None and not self.in_place:
            items = self.data_input.get(my_task) if self.data_input is not None else []
            assign(my_task, {self.data_output.bpmn_id: {} if isinstance(items, Mapping) else []})

    def init_data_output_with_input_data(self, my_task: Any, input_data: Any) -> None:
        self._reset_output(my_task)

    def init_data_output_with_cardinality(self, my_task: Any) -> None:
        self._reset_output(my_task)


class ParallelMultiInstanceTask(_MultiInstance, bpmn.ParallelMultiInstanceTask):
    """All instances at once."""

    def merge_child(self, workflow: Any, child: Any) -> None:
        my_task = child.parent
        self.collect(my_task, child)
        if self.check_completion_condition(my_task):
            for other in self._instances(my_task):
                if not other.has_state(TaskState.FINISHED_MASK):
                    other.cancel()
            my_task._set_state(TaskState.READY)
        elif self.children_complete(my_task):
            my_task._set_state(TaskState.READY)


class SequentialMultiInstanceTask(_MultiInstance, bpmn.SequentialMultiInstanceTask):
    """One instance after the other."""

    def merge_child(self, workflow: Any, child: Any) -> None:
        my_task = child.parent
        self.collect(my_task, child)
        if self.children_complete(my_task) or self.check_completion_condition(my_task):
            my_task._set_state(TaskState.READY)
        else:
            self.add_next_child(my_task)
