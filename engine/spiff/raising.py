"""Errors that the handler of a service task raises: they happen in the task, as if an event in it had thrown them."""

# ruff: noqa: SLF001 - another part of the interpreter, kept apart from what every step needs
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from engine.errors import ExecutionFailed
from engine.instance import RaisedError
from engine.spiff.compaction import find
from engine.spiff.events import Error
from engine.spiff.interpreter import Interpreter, Translated
from engine.spiff.values import normalised


def raise_error(interpreter: Interpreter, task_id: UUID, error: RaisedError) -> bool:
    """Throw an error at a waiting service task; False when it no longer waits.

    Caught on its border, by an event subprocess around it or further out (BPMN 2.0.2, 10.5.6); always interrupting.

    :raises ExecutionFailed: nothing catches it, or the model fails after it
    """
    task = find(interpreter._case, task_id)
    if task is None or task._state != TaskState.STARTED:
        return False
    payload = {name: normalised(value, name=name) for name, value in error.variables.items()}
    with Translated(task):
        try:
            Error(error.code, code=error.code).raise_at(task, payload)
        except ExecutionFailed as uncaught:
            told = f": {error.message}" if error.message else ""
            raise ExecutionFailed(uncaught.element, f"{uncaught.reason}{told}") from uncaught
    interpreter._run()
    return True
