"""Thousands of nodes in a row run without recursion, and their state stays small."""

import pytest

from engine.trace import TraceStatus, trace
from tests.unit.engine_runtime.conftest import Run, program
from tests.unit.engine_runtime.models import Model

NODES = 2_000


@pytest.mark.parametrize("kind", ["none", "user", "service"])
def test_thousands_of_nodes_in_a_row_run_through(kind: str) -> None:
    names = [f"n{number}" for number in range(NODES)]
    model = Model().path("start", *[f"{kind}:{name}" for name in names], "end")
    result = trace(model.xml(), answers={name: {} for name in names})
    assert result.status is TraceStatus.COMPLETED, result.error
    assert list(result.path) == ["start", *names, "end"]


def test_a_place_far_down_a_chain_is_stored_as_small_as_the_first() -> None:
    model = Model().path("start", *[f"user:n{number}" for number in range(300)], "end")
    case = Run(program(model))
    first = len(case.case.dump())
    for number in range(299):
        case.do(f"n{number}")
    state = case.case.dump()
    assert case.case.size < 5, "its beginning, and the one token"
    assert len(state) < first + 300 * 40, "beside them, how often each element was visited"


@pytest.mark.parametrize("gateway", ["and", "or"])
def test_hundreds_of_branches_meet(gateway: str) -> None:
    model = Model().path("start", f"{gateway}:split")
    names = [f"n{number}" for number in range(400)]
    for name in names:
        model.node("task", name)
        model.flow("split", name, "True" if gateway == "or" else None)
        model.flow(name, "join")
    result = trace(model.path(f"{gateway}:join", "none:after", "end").xml())
    assert list(result.path) == ["start", "split", *names, "join", "after", "end"]


def test_tokens_that_double_without_end_are_stopped() -> None:
    model = Model().path("start", "xor:again", "none:double", "end")
    model.flow("double", "again")
    model.flow("double", "again")
    result = trace(model.xml())
    assert result.status is TraceStatus.FAILED
    assert "goes on without waiting" in str(result.error)
