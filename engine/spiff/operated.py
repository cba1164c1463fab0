"""What is done to a case in memory by operating it: standing still, moving a token, another version of the process."""

# ruff: noqa: SLF001 - another part of the interpreter, kept apart from what every step needs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from engine.errors import MigrationRefused
from engine.pauses import Pause
from engine.spiff import codec, migrating, moving, recounting, standing_still, waiting
from engine.spiff.compaction import find
from engine.spiff.interpreter import Interpreter, Translated, _case_factory
from engine.spiff.program import Program
from engine.spiff.recounting import CalendarsAt
from engine.spiff.scopes import assign
from engine.spiff.tokens import Token

Mapped = Mapping[str, Mapping[str, str]]
"""process → {element of the old version: element of the new one}; what is left out keeps its name"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """A token that can be moved, and where to."""

    token: Token
    targets: tuple[str, ...]


def resume(interpreter: Interpreter, began: Callable[[UUID], datetime], pause: Pause) -> None:
    """The case was suspended until now: its timers have as much left as at `began(timer)`."""
    with Translated():
        standing_still.resume(interpreter._case, began)
        standing_still.note_pause(interpreter._case, pause)


def recount(interpreter: Interpreter, calendars_at: CalendarsAt) -> list[list[str]]:
    """The calendar has changed: move the timers that follow it; [element, before, after] of each that moved."""
    with Translated():
        return recounting.recount(interpreter._case, calendars_at)


def movable(interpreter: Interpreter) -> list[Movable]:
    """The case's tokens, outer scopes first."""
    return [
        Movable(token=Token(**waiting.token(task)), targets=tuple(moving.targets(task)))
        for task in moving.movable(interpreter._case)
    ]


def move(interpreter: Interpreter, task_id: UUID, target: str) -> None:
    """Take a token from where it stands and put it before another node. :raises ExecutionFailed: it cannot be"""
    with Translated():
        moving.move(interpreter._case, task_id, target)
    interpreter._run()


def skip(interpreter: Interpreter, task_id: UUID, variables: Mapping[str, Any]) -> bool:
    """Let a service task, or a timer that fails, be over without its having been done; False when it waits no longer.

    A timer on a border goes without having fired; one in the flow lets the token pass.
    """
    task = find(interpreter._case, task_id)
    if task is None or not task.has_state(TaskState.STARTED | TaskState.WAITING):
        return False
    with Translated(task):
        assign(task, variables)
        if getattr(task.task_spec, "is_listener", False):
            task.cancel()
        elif task.has_state(TaskState.STARTED):
            task.complete()
        else:
            task.workflow.top_workflow.event_manager.remove_task(task)
            task._ready()
    interpreter._run()
    return True


def correct(interpreter: Interpreter, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Set declared variables of the root process; what was taken."""
    root = interpreter._case.task_tree
    taken = interpreter.accepted(root.id, variables)
    with Translated():
        assign(root, taken)
    return taken


def migrated(interpreter: Interpreter, program: Program, mapping: Mapped) -> Interpreter:
    """The same case on another version: tokens keep their ids, timers what they wait for, variables their values.

    :raises MigrationRefused: a token has no place in the new version
    """
    case, engine = interpreter._case, interpreter._engine
    engine.packages = program.packages
    with Translated():
        obstacles, listeners = migrating.carry_over(case, program, migrating.renames(mapping))
    if obstacles:
        raise MigrationRefused(obstacles)
    with Translated():
        factory = _case_factory(program, engine, interpreter.now)
        carried = codec.load(codec.dump(case), program.specs, factory)
        migrating.begin_listeners(carried, listeners)
    moved = Interpreter(program, carried, engine)
    moved._run()
    return moved
