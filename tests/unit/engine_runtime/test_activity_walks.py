"""The law of the walks, for activities: loops, instances, quantities, complex gateways, compensation, transactions."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.spiff.program import compile_bpmn, link
from tests.unit.engine_runtime.models import Model
from tests.unit.engine_runtime.test_walks import ALLOWED, Block, Builder, Walk, same_way

LEAVES = st.sampled_from(
    [("user",), ("script",), ("none",), ("repeated",), ("several", True), ("several", False), ("quantities",)]
)


def combined(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda both: ("sequence", *both)),
        pair.map(lambda both: ("parallel", *both)),
        pair.map(lambda both: ("threshold", *both)),
        inner.map(lambda one: ("loop", one)),
        inner.map(lambda one: ("undone", one)),
        inner.map(lambda one: ("transaction", one)),
        st.tuples(inner, st.booleans()).map(lambda both: ("many", *both)),
        st.tuples(inner, st.booleans()).map(lambda both: ("calls", *both)),
        st.tuples(inner, inner, st.booleans()).map(lambda three: ("timed_subprocess", *three)),
    )


BLOCKS = st.recursive(LEAVES, combined, max_leaves=8)
HOW_OFTEN = "<bpmn:loopCardinality>roll % 3</bpmn:loopCardinality>"
CANCEL = "<bpmn:cancelEventDefinition/>"


def several(sequential: bool, inner: str) -> str:
    tag = "bpmn:multiInstanceLoopCharacteristics"
    return f'<{tag} isSequential="{str(sequential).lower()}">{inner}</{tag}>'


class ActivityBuilder(Builder):
    """More blocks: what activities do."""

    def _repeated(self, model: Model) -> tuple[str, str]:
        tag, condition = "bpmn:standardLoopCharacteristics", "<bpmn:loopCondition>roll % 2 == 1</bpmn:loopCondition>"
        return self._task(model, "userTask", f'<{tag} loopMaximum="4" testBefore="true">{condition}</{tag}>')

    def _several(self, model: Model, sequential: bool) -> tuple[str, str]:
        enough = "<bpmn:completionCondition>numberOfCompletedInstances == 2</bpmn:completionCondition>"
        return self._task(
            model, "userTask", several(sequential, "<bpmn:loopCardinality>3</bpmn:loopCardinality>" + enough)
        )

    def _quantities(self, model: Model) -> tuple[str, str]:
        one = model.node("userTask", self.name("gives"), completionQuantity="3")
        two = model.node("userTask", self.name("takes"), startQuantity="3")
        model.flow(one, two)
        return one, two

    def _threshold(self, model: Model, one: Block, two: Block) -> tuple[str, str]:
        split, join = model.node("parallelGateway", self.name("split")), self.name("threshold")
        model.node(
            "complexGateway",
            join,
            "<bpmn:activationCondition>activationCount &gt;= 2</bpmn:activationCondition>",
        )
        for block in (one, two, ("user",)):
            first, last = self.build(model, block)
            model.flow(split, first)
            model.flow(last, join)
        return split, join

    def undoable(self, model: Model) -> str:
        """A task that can be compensated, by a person."""
        task, undo = model.node("userTask", self.name("done")), self.name("undo")
        model.node("boundaryEvent", undo, "<bpmn:compensateEventDefinition/>", attachedToRef=task)
        handler = model.node("userTask", self.name("handler"), isForCompensation="true")
        model.flows.append(f'<bpmn:association id="{self.name("a")}" sourceRef="{undo}" targetRef="{handler}"/>')
        return task

    def _undone(self, model: Model, block: Block) -> tuple[str, str]:
        task = self.undoable(model)
        throw = model.node("intermediateThrowEvent", self.name("throw"), "<bpmn:compensateEventDefinition/>")
        first, last = self.build(model, block)
        model.flow(task, first)
        model.flow(last, throw)
        return task, throw

    def _transaction(self, model: Model, block: Block) -> tuple[str, str]:
        inner = Model()
        start, task = inner.node("startEvent", self.name("start")), self.undoable(inner)
        first, last = self.build(inner, block)
        choice, end = inner.node("exclusiveGateway", self.name("choice")), inner.node("endEvent", self.name("end"))
        cancel = inner.node("endEvent", self.name("cancel"), CANCEL)
        for source, target in ((start, task), (task, first), (last, choice)):
            inner.flow(source, target)
        inner.flow(choice, cancel, "roll % 3 == 1", ident=self.name("flow"))
        inner.default(choice, inner.flow(choice, end, ident=self.name("flow")))
        transaction = model.node("transaction", self.name("transaction"), inner.body())
        cancelled = model.node("boundaryEvent", self.name("cancelled"), CANCEL, attachedToRef=transaction)
        merge = model.node("exclusiveGateway", self.name("merge"))
        model.flow(transaction, merge)
        model.flow(cancelled, merge)
        return transaction, merge

    def _many(self, model: Model, block: Block, sequential: bool) -> tuple[str, str]:
        inner = Model()
        self.whole(inner, block)
        node = model.subprocess(self.name("many"), inner, several(sequential, HOW_OFTEN))
        return node, node

    def _calls(self, model: Model, block: Block, sequential: bool) -> tuple[str, str]:
        ident = self.name("process")
        self.processes.append(self.process(ident, block))
        node = model.node("callActivity", self.name("calls"), several(sequential, HOW_OFTEN), calledElement=ident)
        return node, node


def of(block: Block) -> Any:
    return link(compile_bpmn(ActivityBuilder().xml(block)), process="p")


@pytest.fixture(autouse=True)
def _memory_keeps_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.spiff.interpreter.COMPACT_EVERY", 10**9)


@settings(max_examples=60, deadline=None, suppress_health_check=ALLOWED)
@given(block=BLOCKS, dice=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=3, max_size=25))
def test_activities_go_the_same_way_through_their_bytes_as_in_memory(block: Block, dice: list[tuple[int, int]]) -> None:
    same_way(of(block), dice, Walk)


@settings(max_examples=40, deadline=None, suppress_health_check=ALLOWED)
@given(block=BLOCKS, rolls=st.lists(st.integers(0, 11), min_size=30, max_size=60))
def test_a_case_of_activities_that_is_worked_on_comes_to_its_end(block: Block, rolls: list[int]) -> None:
    walk = Walk(of(block), stored=True)
    for step in range(600):
        moves = walk.moves()
        if not moves:
            break
        walk.make(moves[0], rolls[step % len(rolls)] if step < 100 else 0)
    assert walk.case.ended
    assert walk.moves() == []
