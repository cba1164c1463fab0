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
