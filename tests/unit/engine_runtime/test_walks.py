"""A law: a case that goes through its bytes, compacted, after every step goes the same way as one kept in memory.

Processes are generated block by block (sequences, choices, parallel and inclusive branches, loops, boundary timers,
subprocesses, called processes, several instances, event gateways); the walk through them is random too.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ExecutionFailed
from engine.spiff import codec, compaction
from engine.spiff.interpreter import Interpreter
from engine.spiff.program import Program, compile_bpmn, link
from tests.unit.engine_runtime.conftest import NOW, calendars
from tests.unit.engine_runtime.models import Model

Block = tuple[Any, ...]
ALLOWED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

LEAVES = st.sampled_from([("user",), ("service",), ("script",), ("none",), ("instances", True), ("instances", False)])


def combined(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda both: ("sequence", *both)),
        pair.map(lambda both: ("choice", *both)),
        pair.map(lambda both: ("parallel", *both)),
        pair.map(lambda both: ("inclusive", *both)),
        pair.map(lambda both: ("race", *both)),
        pair.map(lambda both: ("split", *both)),
        st.tuples(inner, inner, st.booleans()).map(lambda three: ("guarded", *three)),
        st.tuples(inner, inner, st.booleans()).map(lambda three: ("alarmed", *three)),
        inner.map(lambda one: ("loop", one)),
        inner.map(lambda one: ("subprocess", one)),
        inner.map(lambda one: ("call", one)),
        st.tuples(inner, st.booleans()).map(lambda both: ("timed", *both)),
        st.tuples(inner, inner, st.booleans()).map(lambda three: ("timed_subprocess", *three)),
    )


BLOCKS = st.recursive(LEAVES, combined, max_leaves=9)


class Builder:
    """Turns a block into nodes and flows of a model; called processes become processes of the same file."""

    def __init__(self) -> None:
        self.count = 0
        self.processes: list[str] = []

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}_{self.count}"

    def xml(self, block: Block) -> bytes:
        body = self.process("p", block)
        head = Model().xml().decode().split("<bpmn:process", 1)[0]
        return f"{head}{body}{''.join(self.processes)}</bpmn:definitions>".encode()

    def process(self, ident: str, block: Block) -> str:
        model = Model(ident)
        self.whole(model, block)
        return f'<bpmn:process id="{ident}" isExecutable="true">{model.body()}</bpmn:process>'

    def whole(self, model: Model, block: Block) -> None:
        start, end = model.node("startEvent", self.name("start")), model.node("endEvent", self.name("end"))
        first, last = self.build(model, block)
        model.flow(start, first)
        model.flow(last, end)

    def build(self, model: Model, block: Block) -> tuple[str, str]:
        result: tuple[str, str] = getattr(self, f"_{block[0]}")(model, *block[1:])
        return result

    def _task(self, model: Model, tag: str, inner: str = "") -> tuple[str, str]:
        node = model.node(tag, self.name(tag), inner)
        return node, node

    def _user(self, model: Model) -> tuple[str, str]:
        return self._task(model, "userTask")

    def _service(self, model: Model) -> tuple[str, str]:
        return self._task(model, "serviceTask")

    def _none(self, model: Model) -> tuple[str, str]:
        return self._task(model, "task")

    def _script(self, model: Model) -> tuple[str, str]:
        node = model.script(self.name("script"), "steps = steps + 1")
        return node, node

    def _instances(self, model: Model, sequential: bool) -> tuple[str, str]:
        tag = "bpmn:multiInstanceLoopCharacteristics"
        items = (
            "<bpmn:loopDataInputRef>people</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>answers</bpmn:loopDataOutputRef>"
            '<bpmn:inputDataItem id="person"/><bpmn:outputDataItem id="roll"/>'
        )
        return self._task(model, "userTask", f'<{tag} isSequential="{str(sequential).lower()}">{items}</{tag}>')

    def _sequence(self, model: Model, one: Block, two: Block) -> tuple[str, str]:
        (first, middle), (following, last) = self.build(model, one), self.build(model, two)
        model.flow(middle, following)
        return first, last

    def _branches(
        self, model: Model, tag: str, blocks: tuple[Block, ...], conditions: tuple[str | None, ...]
    ) -> tuple[str, str]:
        split, join = model.node(tag, self.name("split")), model.node(tag, self.name("join"))
        for block, condition in zip(blocks, conditions, strict=True):
            first, last = self.build(model, block)
            flow = model.flow(split, first, condition, ident=self.name("flow"))
            model.flow(last, join, ident=self.name("flow"))
            if condition is None and tag != "parallelGateway":
                model.default(split, flow)
        return split, join

    def _choice(self, model: Model, one: Block, two: Block) -> tuple[str, str]:
        return self._branches(model, "exclusiveGateway", (one, two), ("roll % 2 == 0", None))

    def _parallel(self, model: Model, one: Block, two: Block) -> tuple[str, str]:
        return self._branches(model, "parallelGateway", (one, two), (None, None))

    def _inclusive(self, model: Model, one: Block, two: Block) -> tuple[str, str]:
        return self._branches(
            model, "inclusiveGateway", (one, two, ("none",)), ("roll % 2 == 0", "roll % 3 == 0", None)
        )

    def _race(self, model: Model, one: Block, two: Block) -> tuple[str, str]:
        split, join = (
            model.node("eventBasedGateway", self.name("race")),
            model.node("exclusiveGateway", self.name("merge")),
        )
        for hours, block in ((5, one), (3, two)):
            timer = model.timer(self.name("timer"), None, timeDuration=f"PT{hours}H")
            first, last = self.build(model, block)
            model.flow(split, timer)
            model.flow(timer, first)
            model.flow(last, join)
        return split, join

    def _loop(self, model: Model, block: Block) -> tuple[str, str]:
        entry = model.node("exclusiveGateway", self.name("entry"))
        pause = model.node("userTask", self.name("pause"))
        again = model.node("exclusiveGateway", self.name("again"))
        first, last = self.build(model, block)
        model.flow(entry, first)
        model.flow(last, pause)
        model.flow(pause, again)
        model.flow(again, entry, "roll % 3 == 1", ident=self.name("flow"))
        out = model.node("task", self.name("out"))
        model.default(again, model.flow(again, out, ident=self.name("flow")))
        return entry, out

    def _subprocess(self, model: Model, block: Block) -> tuple[str, str]:
        inner = Model()
        self.whole(inner, block)
        node = model.subprocess(self.name("subprocess"), inner)
        return node, node

    def _call(self, model: Model, block: Block) -> tuple[str, str]:
        ident = self.name("process")
        self.processes.append(self.process(ident, block))
        node = model.call(self.name("call"), ident)
        return node, node

    def _split(self, model: Model, one: Block, two: Block) -> tuple[str, str]:
        """Flows out of a task itself: one taken always, one by condition; the next gateway joins what has come."""
        task, join = model.node("userTask", self.name("task")), model.node("inclusiveGateway", self.name("join"))
        for block, condition in ((one, None), (two, "roll % 2 == 1")):
            first, last = self.build(model, block)
            model.flow(task, first, condition, ident=self.name("flow"))
            model.flow(last, join, ident=self.name("flow"))
        return task, join

    def _guarded(self, model: Model, one: Block, two: Block, interrupting: bool) -> tuple[str, str]:
        """A subprocess with an event subprocess that a timer starts."""
        timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT5H</bpmn:timeDuration></bpmn:timerEventDefinition>"
        return self._with_event_subprocess(model, one, two, interrupting, timer)

    def _alarmed(self, model: Model, one: Block, two: Block, interrupting: bool) -> tuple[str, str]:
        """A subprocess with an event subprocess that a condition starts, each time it becomes true."""
        condition = "<bpmn:condition>roll == 7</bpmn:condition>"
        definition = f"<bpmn:conditionalEventDefinition>{condition}</bpmn:conditionalEventDefinition>"
        return self._with_event_subprocess(model, one, two, interrupting, definition)

    def _with_event_subprocess(
        self, model: Model, one: Block, two: Block, interrupting: bool, definition: str
    ) -> tuple[str, str]:
        inner, handler = Model(), Model()
        self.whole(inner, one)
        start = self.name("start")
        handler.node("startEvent", start, definition, isInterrupting=str(interrupting).lower())
        first, last = self.build(handler, two)
        handler.flow(start, first)
        handler.flow(last, handler.node("endEvent", self.name("end")))
        inner.subprocess(self.name("handler"), handler, triggeredByEvent="true")
        node = model.subprocess(self.name("subprocess"), inner)
        return node, node

    def _timed(self, model: Model, block: Block, interrupting: bool) -> tuple[str, str]:
        node = model.node("userTask", self.name("timed"))
        return self._with_timer(model, node, block, interrupting)

    def _timed_subprocess(self, model: Model, one: Block, two: Block, interrupting: bool) -> tuple[str, str]:
        node, _ = self._subprocess(model, one)
        return self._with_timer(model, node, two, interrupting)

    def _with_timer(self, model: Model, node: str, block: Block, interrupting: bool) -> tuple[str, str]:
        timer = model.timer(self.name("late"), node, interrupting=interrupting, timeDuration="PT4H")
        first, last = self.build(model, block)
        model.flow(timer, first)
        if not interrupting:
            model.flow(last, model.node("endEvent", self.name("end")))
            return node, node
        merge = model.node("exclusiveGateway", self.name("merge"))
        model.flow(node, merge)
        model.flow(last, merge)
        return node, merge


class Walk:
    """A case that is walked through; tasks are named by element and visit, for ids differ between two cases."""

    def __init__(self, program: Program, *, stored: bool) -> None:
        self.program = program
        self.stored = stored
        self.path: list[tuple[str, str, int]] = []
        start = {"roll": 0, "steps": 0, "people": ["ali", "vali"], "answers": []}
        self.case = Interpreter.start(program, variables=start, now=NOW, calendars=calendars)

    def moves(self) -> list[tuple[str, str, int]]:
        people = [("complete", task.element, task.visit) for task in self.case.human_tasks()]
        services = [("finish", task.element, task.visit) for task in self.case.services()]
        timers = [("wait", "", 0)] if self.case.timers() else []
        return sorted(people + services) + timers

    def make(self, move: tuple[str, str, int], roll: int) -> None:
        kind, element, visit = move
        if kind == "wait":
            self.case.advance(self.case.timers()[0].due_at)
        else:
            waiting = self.case.human_tasks() if kind == "complete" else self.case.services()
            [task] = [task for task in waiting if (task.element, task.visit) == (element, visit)]
            finish = self.case.complete if kind == "complete" else self.case.finish_service
            finish(task.task_id, {"roll": roll})
        self.note()

    def note(self) -> None:
        """Write down what has completed, and go through the bytes."""
        self.path += [(one.process, one.element, one.visit) for one in self.case.take_completed()]
        if self.stored:
            state = self.case.dump()
            self.case = Interpreter.load(state, self.program, now=self.case.now, calendars=calendars)

    def facts(self) -> Iterator[Any]:
        yield self.case.ended
        yield self.case.variables
        yield [(timer.element, timer.due_at) for timer in self.case.timers()]
        yield sorted((task.process, task.element, task.visit, str(task.variables)) for task in self.case.human_tasks())
        yield self.case.markings()


def same_way(
    program: Program,
    dice: list[tuple[int, int]],
    kind: type[Walk],
    check: Callable[[Walk], None] = lambda _stored: None,
) -> tuple[Walk, Walk] | None:
    """The law: in memory and through its bytes a case goes the same way. Both walks, or None: the model failed alike.

    `check` looks at the stored one after every step.
    """
    memory, stored = kind(program, stored=False), kind(program, stored=True)
    for choice, roll in dice:
        moves = memory.moves()
        assert moves == stored.moves()
        if not moves:
            break
        move = moves[choice % len(moves)]
        try:
            memory.make(move, roll)
        except ExecutionFailed as failed:
            with pytest.raises(ExecutionFailed, match=re.escape(str(failed))):
                stored.make(move, roll)
            return None
        stored.make(move, roll)
        assert list(memory.facts()) == list(stored.facts())
        assert memory.path == stored.path
        check(stored)
    return memory, stored


@pytest.fixture(autouse=True)
def _memory_keeps_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.spiff.interpreter.COMPACT_EVERY", 10**9)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(block=BLOCKS, dice=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=3, max_size=25))
def test_a_case_through_its_bytes_goes_the_same_way_as_in_memory(block: Block, dice: list[tuple[int, int]]) -> None:
    program = link(compile_bpmn(Builder().xml(block)), process="p")
    walks = same_way(program, dice, Walk)
    if walks is None:
        return
    _, stored = walks
    bound = 12 * (len(program.specs) * 4 + sum(len(spec.task_specs) for spec in program.specs.values()))
    compaction.compact(stored.case._case)
    assert stored.case.size < bound
    again = Interpreter.load(codec.dump(stored.case._case), program, now=NOW + timedelta(0), calendars=calendars)
    assert again.size == stored.case.size


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(block=BLOCKS, rolls=st.lists(st.integers(0, 11), min_size=30, max_size=60))
def test_a_generated_case_that_is_worked_on_comes_to_its_end(block: Block, rolls: list[int]) -> None:
    """Soundness: whatever waits can be done, and with enough steps out of every loop the case ends."""
    walk = Walk(link(compile_bpmn(Builder().xml(block)), process="p"), stored=True)
    for step in range(400):
        moves = walk.moves()
        if not moves:
            break
        roll = rolls[step % len(rolls)] if step < 100 else 0
        walk.make(moves[0], roll)
    assert walk.case.ended
    assert walk.moves() == []
