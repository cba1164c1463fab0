"""What a case has completed stays compensable when the case is brought to another version."""

import pytest

from engine.errors import MigrationRefused
from engine.spiff.operated import migrated
from engine.spiff.program import Program
from tests.unit.engine_runtime.conftest import Run, program
from tests.unit.engine_runtime.models import Model

COMPENSATE = "<bpmn:compensateEventDefinition/>"


def version(undo: str, handler: str, *, nested: bool) -> Program:
    """A task with its handler, in a subprocess or not; a person's task; then all is compensated."""
    model, inner = Model(), Model()
    inside = inner if nested else model
    inside.node("task", "pay")
    inside.node("boundaryEvent", undo, COMPENSATE, attachedToRef="pay")
    inside.node("task", handler, isForCompensation="true")
    inside.flows.append(f'<bpmn:association id="ass" sourceRef="{undo}" targetRef="{handler}"/>')
    if nested:
        inner.path("start:begin", "pay", "end:finish")
        model.subprocess("paying", inner)
    model.node("intermediateThrowEvent", "back", COMPENSATE)
    return program(model.path("start", "paying" if nested else "pay", "user:wait", "back", "end"))


@pytest.mark.parametrize("nested", [False, True])
def test_a_renamed_handler_is_found(*, nested: bool) -> None:
    run = Run(version("undo", "refund", nested=nested)).store()
    new = version("takes_back", "repay", nested=nested)
    mapping = {"p": {"undo": "takes_back", "refund": "repay"}}
    run.case, run.program = migrated(run.case, new, mapping), new
    assert run.store().do("wait").case.ended
    assert run.elements[-4:] == ["takes_back", "repay", "back", "end"]


@pytest.mark.parametrize("nested", [False, True])
def test_without_its_handler_a_case_stays_on_its_version(*, nested: bool) -> None:
    run = Run(version("undo", "refund", nested=nested)).store()
    with pytest.raises(MigrationRefused) as refused:
        migrated(run.case, version("takes_back", "repay", nested=nested), {})
    assert [(one.element, one.reason) for one in refused.value.obstacles] == [("pay", "missing")]
