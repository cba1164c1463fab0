"""The law of the walks for what comes from outside: messages, signals, cancellation; and long runs over everything."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.spiff import compaction
from engine.spiff.program import Program, compile_bpmn, link
from tests.unit.engine_runtime import test_activity_walks as activities
from tests.unit.engine_runtime import test_walks as flows
from tests.unit.engine_runtime.models import Model
from tests.unit.engine_runtime.test_walks import ALLOWED, Block, Builder, Walk, same_way

ROOT = '<bpmn:message id="message_news" name="news"/><bpmn:signal id="signal_alarm" name="alarm"/>'
NEWS = '<bpmn:messageEventDefinition messageRef="message_news"/>'
ALARM = '<bpmn:signalEventDefinition signalRef="signal_alarm"/>'
DICE = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=3, max_size=25)


def combined(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    pair = st.tuples(inner, inner)
    three = st.tuples(inner, inner, st.booleans())
    return st.one_of(
        pair.map(lambda both: ("sequence", *both)),
        pair.map(lambda both: ("parallel", *both)),
        pair.map(lambda both: ("hurry", *both)),
        inner.map(lambda one: ("loop", one)),
        inner.map(lambda one: ("call", one)),
        three.map(lambda all_three: ("awaited", *all_three)),
        three.map(lambda all_three: ("told", *all_three)),
        three.map(lambda all_three: ("alerted", *all_three)),
    )


LEAVES = st.sampled_from([("user",), ("receive",), ("catch",), ("alarm",), ("script",)])
BLOCKS = st.recursive(LEAVES, combined, max_leaves=8)


class EventBuilder(Builder):
    """Blocks that wait for messages and signals, and that send signals."""

    def xml(self, block: Block) -> bytes:
        return super().xml(block).replace(b"<bpmn:process", ROOT.encode() + b"<bpmn:process", 1)

    def _receive(self, model: Model) -> tuple[str, str]:
        node = model.node("receiveTask", self.name("receive"), messageRef="message_news")
        return node, node

    def _catch(self, model: Model) -> tuple[str, str]:
        return self._task(model, "intermediateCatchEvent", NEWS)

    def _alarm(self, model: Model) -> tuple[str, str]:
        return self._task(model, "intermediateThrowEvent", ALARM)

    def _hurry(self, model: Model, one: Block, two: Block) -> tuple[str, str]:
        """A message or a timer, whichever comes first."""
        race, merge = model.node("eventBasedGateway", self.name("race")), self.name("merge")
        model.node("exclusiveGateway", merge)
        news = model.node("intermediateCatchEvent", self.name("news"), NEWS)
        for event, block in ((news, one), (model.timer(self.name("timer"), None, timeDuration="PT3H"), two)):
            first, last = self.build(model, block)
            model.flow(race, event)
            model.flow(event, first)
            model.flow(last, merge)
        return race, merge

    def _bordered(self, model: Model, one: Block, two: Block, interrupting: bool, definition: str) -> tuple[str, str]:
        node, _ = self._subprocess(model, one)
        border = self.name("border")
        model.node("boundaryEvent", border, definition, attachedToRef=node, cancelActivity=str(interrupting).lower())
        first, last = self.build(model, two)
        model.flow(border, first)
        if not interrupting:
            model.flow(last, model.node("endEvent", self.name("end")))
            return node, node
        merge = model.node("exclusiveGateway", self.name("merge"))
        model.flow(node, merge)
        model.flow(last, merge)
        return node, merge

    def _awaited(self, model: Model, one: Block, two: Block, interrupting: bool) -> tuple[str, str]:
        return self._bordered(model, one, two, interrupting, NEWS)

    def _alerted(self, model: Model, one: Block, two: Block, interrupting: bool) -> tuple[str, str]:
        return self._bordered(model, one, two, interrupting, ALARM)

    def _told(self, model: Model, one: Block, two: Block, interrupting: bool) -> tuple[str, str]:
        return self._with_event_subprocess(model, one, two, interrupting, NEWS)


class EventWalk(Walk):
    """A walk on which messages may come."""

    def moves(self) -> list[tuple[str, str, int]]:
        told = [("tell", "news", 0)] if self.case.messages() and not self.case.ended else []
        return super().moves() + told

    def make(self, move: tuple[str, str, int], roll: int) -> None:
        if move[0] != "tell":
            return super().make(move, roll)
        assert self.case.deliver_message("news", {"roll": roll})
        return self.note()

    def facts(self) -> Any:
        yield from super().facts()
        yield sorted((wait.element, wait.message, wait.visit) for wait in self.case.messages())


def stays_small(stored: Walk) -> None:
    assert stored.case.size <= small(stored)


def law(program: Program, dice: list[tuple[int, int]], kind: type[Walk] = EventWalk) -> None:
    """The same way, also when the case is cancelled; and its tree stays small whatever has gone through it."""
    walks = same_way(program, dice, kind, stays_small)
    if walks is None:
        return
    for walk in walks:
        walk.case.cancel()
        walk.note()
        assert walk.moves() == []
    memory, stored = walks
    assert list(memory.facts()) == list(stored.facts())


def small(walk: Walk) -> int:
    """A few tasks for each token and listener, however much has happened."""
    case = walk.case._case
    live = sum(bool(task.state & compaction.OPEN) for workflow in case.workflows() for task in workflow.tasks.values())
    return 3 * (live + sum(1 for _ in case.workflows()))


def of(builder: Builder, block: Block) -> Program:
    return link(compile_bpmn(builder.xml(block)), process="p")


@pytest.fixture(autouse=True)
def _memory_keeps_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.spiff.interpreter.COMPACT_EVERY", 10**9)


@settings(max_examples=60, deadline=None, suppress_health_check=ALLOWED)
@given(block=BLOCKS, dice=DICE)
def test_a_case_that_hears_goes_the_same_way_through_its_bytes_as_in_memory(
    block: Block, dice: list[tuple[int, int]]
) -> None:
    law(of(EventBuilder(), block), dice)


@pytest.mark.long
@settings(max_examples=1_000, deadline=None, suppress_health_check=ALLOWED)
@given(block=BLOCKS, dice=DICE)
def test_the_law_of_events_at_length(block: Block, dice: list[tuple[int, int]]) -> None:
    law(of(EventBuilder(), block), dice)


@pytest.mark.long
@settings(max_examples=4_000, deadline=None, suppress_health_check=ALLOWED)
@given(block=flows.BLOCKS, dice=DICE)
def test_the_law_of_flows_at_length(block: Block, dice: list[tuple[int, int]]) -> None:
    law(of(Builder(), block), dice, Walk)


@pytest.mark.long
@settings(max_examples=4_000, deadline=None, suppress_health_check=ALLOWED)
@given(block=activities.BLOCKS, dice=DICE)
def test_the_law_of_activities_at_length(block: Block, dice: list[tuple[int, int]]) -> None:
    law(of(activities.ActivityBuilder(), block), dice, Walk)


def test_what_follows_a_loop_is_no_instance_of_it_and_is_compensated_like_anything_else() -> None:
    block = ("transaction", ("undone", ("sequence", ("repeated",), ("undone", ("user",)))))
    law(of(activities.ActivityBuilder(), block), [(0, 0)] * 4, Walk)


def test_a_loop_in_one_branch_stays_small_while_its_sibling_waits() -> None:
    block = ("parallel", ("loop", ("told", ("user",), ("user",), False)), ("user",))
    walk = EventWalk(of(EventBuilder(), block), stored=True)
    sibling = max((task.element for task in walk.case.human_tasks()), key=lambda name: int(name.split("_")[1]))
    sizes = []
    for _ in range(150):
        [task] = [task for task in walk.case.human_tasks() if task.element != sibling]
        walk.make(("complete", task.element, task.visit), 1)
        sizes.append(walk.case.size)
    assert [task.visit for task in walk.case.human_tasks() if task.element == sibling] == [1]
    assert max(sizes) == max(sizes[:4])
