"""The bytes of a case: their version, the way from old versions, and what is refused."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from engine.spiff import codec
from engine.spiff.codec import StateUnreadable
from engine.spiff.interpreter import Interpreter
from engine.spiff.program import Program
from tests.unit.engine_runtime.conftest import NOW, calendars, program
from tests.unit.engine_runtime.models import Model

STATES = Path(__file__).parent / "states"
GIVEN = {"answer": {"typename": "UUID", "value": "2026"}, "people": ["ali", "vali"]}


def stored_model() -> Program:
    """The process the stored bytes belong to: two branches, one with a timer on its border, one inside a subprocess."""
    inner = Model().path("start:inside", "user:c", "end:inside_end")
    model = Model().path("start", "and:fork", "user:a", "and:join", "user:d", "end")
    model.subprocess("inquiry", inner)
    model.path("fork", "inquiry", "join")
    model.timer("late", "a", timeDuration="PT10H")
    model.path("late", "user:b", "end:reminded")
    return program(model)


def read(state: bytes) -> Interpreter:
    return Interpreter.load(state, stored_model(), now=NOW, calendars=calendars)


def finish(case: Interpreter) -> list[str]:
    """Work the case to its end; what completes on the way."""
    while not case.ended:
        case.complete(case.human_tasks()[0].task_id, {})
    return [element.element for element in case.take_completed()]


def test_bytes_of_version_1_are_read_and_go_on_as_if_nothing_had_happened() -> None:
    stored = (STATES / "version_1.json").read_bytes()
    assert orjson.loads(stored)[0] == 1
    case = read(stored)
    assert case.variables == GIVEN
    assert [(task.element, task.visit) for task in case.human_tasks()] == [("a", 1), ("c", 1)]
    assert [(timer.element, timer.due_at) for timer in case.timers()] == [("late", NOW + timedelta(hours=10))]
    fresh = Interpreter.start(stored_model(), variables=GIVEN, now=NOW, calendars=calendars)
    assert case.markings() == fresh.markings()
    fresh.take_completed()
    assert finish(case) == finish(fresh)


def test_what_was_read_from_an_old_version_is_written_in_the_new_one() -> None:
    case = read((STATES / "version_1.json").read_bytes())
    again = case.dump()
    assert orjson.loads(again)[0] == codec.VERSION
    assert read(again).dump() == again


def test_every_version_before_this_one_has_its_step() -> None:
    assert sorted(codec.STEPS) == list(range(1, codec.VERSION))
    assert {int(file.stem.split("_")[1]) for file in STATES.iterdir()} == set(codec.STEPS)


def test_a_version_of_the_future_is_refused_and_so_is_what_is_no_state() -> None:
    state = orjson.loads(Interpreter.start(stored_model(), variables={}, now=NOW, calendars=calendars).dump())
    assert state[0] == codec.VERSION
    for broken in (
        orjson.dumps([codec.VERSION + 1, *state[1:]]),
        orjson.dumps([0, *state[1:]]),
        orjson.dumps(["1", *state[1:]]),
        orjson.dumps([1, *state[1:]]),
        orjson.dumps(state[:-1]),
        orjson.dumps({}),
        b"",
        b"[1]",
        b"\x00",
    ):
        with pytest.raises(StateUnreadable):
            read(broken)


def test_what_a_construct_keeps_beyond_its_tokens_is_stored_with_its_scope() -> None:
    case = Interpreter.start(stored_model(), variables={}, now=NOW, calendars=calendars)
    kept = {"typename": "UUID", "snapshots": [{"data": {"n": 1}}]}
    for number, workflow in enumerate(case._case.workflows()):
        workflow.kept["what"] = [number, kept]
    again = read(case.dump())
    assert [workflow.kept for workflow in again._case.workflows()] == [{"what": [0, kept]}, {"what": [1, kept]}]
