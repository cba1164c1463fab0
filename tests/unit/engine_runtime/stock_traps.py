"""What stock SpiffWorkflow 3.2.0 does, trap by trap: run in a process of its own, for our engine repairs it.

`python -m tests.unit.engine_runtime.stock_traps` prints one JSON object, trap → what came of it. It must not import
our engine, so it reads the models' XML from its standard input: {name: XML}.
"""

import inspect
import json
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.node_parser import NodeParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions import timer
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.util.diff import diff_workflow, migrate_workflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

MODELS: dict[str, str] = {}
STACK = sys.getrecursionlimit()


def specs(name: str) -> tuple[Any, Any]:
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(MODELS[name].encode()))
    return parser.get_spec("p"), parser.get_subprocess_specs("p")


def begin(name: str) -> Any:
    workflow = BpmnWorkflow(*specs(name))
    workflow.do_engine_steps()
    return workflow


def waiting(workflow: Any, name: str) -> Any:
    return next(task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.name == name)


def do(workflow: Any, name: str, **data: Any) -> None:
    task = waiting(workflow, name)
    task.data.update(data)
    task.run()
    workflow.do_engine_steps()


def deep() -> Any:
    """A case whose user task stands more than 1,000 tasks deep."""
    sys.setrecursionlimit(50_000)
    try:
        workflow = BpmnWorkflow(*specs("user"))
        last = workflow.task_tree
        last._drop_children(force=True)
        last._set_state(TaskState.COMPLETED)
        note = workflow.spec.task_specs["note"]
        for _ in range(1_100):
            last = last._add_child(note, TaskState.FUTURE)
            last._set_state(TaskState.COMPLETED)
        last._add_child(workflow.spec.task_specs["a"], TaskState.FUTURE)._set_state(TaskState.READY)
        return workflow
    finally:
        sys.setrecursionlimit(STACK)


def p1() -> Any:
    workflow = deep()
    ready = [task for task in workflow.tasks.values() if task.state == TaskState.READY]
    return {"completed": workflow.is_completed(), "ready": [task.task_spec.name for task in ready]}


def p2() -> Any:
    workflow = deep()
    deepest = max(workflow.tasks.values(), key=lambda task: task.depth)
    return deepest.is_descendant_of(workflow.task_tree)


def p3() -> Any:
    workflow = begin("user")
    serializer = BpmnWorkflowSerializer()
    do(workflow, "a", answer={"typename": "timedelta", "days": 1})
    [task] = serializer.deserialize_json(serializer.serialize_json(workflow)).get_tasks(spec_name="b")
    return task.data["answer"] == {"typename": "timedelta", "days": 1}


def p3_dead() -> Any:
    workflow = begin("user")
    serializer = BpmnWorkflowSerializer()
    do(workflow, "a", answer={"typename": "UUID", "value": "2026"})
    serializer.deserialize_json(serializer.serialize_json(workflow))
    return "alive"


def p4() -> Any:
    workflow = begin("user")
    do(workflow, "a", form={"rows": [{"amount": 1}]})
    waiting(workflow, "b").data["form"]["rows"][0]["amount"] = 999
    [finished] = workflow.get_tasks(spec_name="a")
    return finished.data["form"]["rows"][0]["amount"]


def p5() -> Any:
    spec, inner = specs("event_subprocess")
    before = [one.name for one in spec.start.outputs]
    first = BpmnWorkflow(spec, inner)
    first.do_engine_steps()
    first.send_event(BpmnEvent(MessageEventDefinition("question"), payload={}))
    first.do_engine_steps()
    return [one.name for one in spec.start.outputs] == before


def p6() -> Any:
    workflow = begin("timer")
    workflow.refresh_waiting_tasks()
    [event] = workflow.get_tasks(state=TaskState.WAITING, spec_name="late")
    before = event.internal_data.get("event_value")
    registry = BpmnWorkflowSerializer.configure()
    spec, inner = specs("timer")
    diff, _ = diff_workflow(registry, workflow, spec, inner)
    migrate_workflow(diff, workflow, spec)
    workflow.refresh_waiting_tasks()
    after = [task.internal_data.get("event_value") for task in workflow.get_tasks(spec_name="late")]
    return before is not None and after == [before]


def p7() -> Any:
    node = etree.fromstring(MODELS["event_subprocess"]).find(".//{*}subProcess")
    return NodeParser(node, nsmap={"bpmn": etree.QName(node).namespace}).attribute("triggeredByEvent")


def p8() -> Any:
    workflow = begin("user")
    PythonScriptEngine().call_service(waiting(workflow, "a"), operation_name="send")


def p9_task() -> Any:
    return waiting(begin("user_note"), "note").task_spec.manual


def p9_clock() -> Any:
    return inspect.getsource(timer).count("datetime.now")


def p9_data() -> Any:
    workflow = begin("user")
    do(workflow, "a", essay="x" * 10_000)
    do(workflow, "b")
    return [workflow.is_completed(), len(BpmnWorkflowSerializer().serialize_json(workflow))]


TRAPS: dict[str, Callable[[], Any]] = {
    one.__name__: one for one in (p1, p2, p3, p3_dead, p4, p5, p6, p7, p8, p9_task, p9_clock, p9_data)
}


def outcome(trap: Callable[[], Any]) -> Any:
    try:
        return trap()
    except Exception as error:  # noqa: BLE001 - which one is the outcome
        return type(error).__name__


if __name__ == "__main__":
    MODELS.update(json.loads(sys.stdin.read()))
    found = {name: outcome(trap) for name, trap in TRAPS.items()}
    assert not any(name.startswith("engine.spiff") for name in sys.modules), "that would not be stock"
    sys.stdout.write(json.dumps(found))
