"""Decision tables: cells, hit policies, and what a business rule task makes of them."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.deadlines import WorkingCalendar
from engine.decisions import compile_test, read_decisions, split_cell
from engine.errors import DefinitionRefused, ExecutionFailed, ExpressionError
from engine.expressions import ExpressionContext
from engine.reading.markup import parse_xml
from tests.unit.engine_runtime.conftest import NOW, Run
from tests.unit.engine_runtime.models import Model, variables

CONTEXT = ExpressionContext(now=NOW, time_zone="Asia/Baku", calendar=WorkingCalendar("AZ", {}))
Begin = Callable[..., Run]


def table(
    policy: str, *rules: tuple[str, ...], outputs: str = '<output id="o" name="body"/>', attributes: str = ""
) -> bytes:
    """A table over topic and days; a rule is (topic cell, days cell, result…)."""
    rows = "".join(
        f'<rule id="r{number}">'
        + "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in rule[:2])
        + "".join(f"<outputEntry><text>{cell}</text></outputEntry>" for cell in rule[2:])
        + "</rule>"
        for number, rule in enumerate(rules)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="route" name="Route">'
        f'<decisionTable hitPolicy="{policy}" {attributes}>'
        '<input id="i1"><inputExpression><text>topic</text></inputExpression></input>'
        '<input id="i2"><inputExpression><text>days</text></inputExpression></input>'
        f"{outputs}{rows}</decisionTable></decision></definitions>"
    ).encode()


def decide(xml: bytes, **names: Any) -> dict[str, Any]:
    return read_decisions(parse_xml(xml, "route.dmn"), "route.dmn")["route"].decide(names, CONTEXT)


@pytest.mark.parametrize(
    ("cell", "value", "passes"),
    [
        ("-", None, True),
        ("", "x", True),
        ('"housing"', "housing", True),
        ('"housing"', "water", False),
        ('"housing", "water"', "water", True),
        ("'a,b', 'c'", "a,b", True),
        ("5", 5, True),
        ("1, 2", 3, False),
        ("&lt; 5".replace("&lt;", "<"), 4, True),
        ("< 5", 5, False),
        (">= 5", 5, True),
        ("!= 'x'", "y", True),
        ("[1..5]", 1, True),
        ("(1..5]", 1, False),
        ("[1..5)", 5, False),
        ("]1..5[", 3, True),
        ("not('a', 'b')", "c", True),
        ("not('a', 'b')", "a", False),
        ("not(< 5)", 7, True),
        ("true", True, True),
        ("false", True, False),
        ("null", None, True),
        ("< 5", None, False),
        ("limit", 9, True),
        (">= date('2026-03-01')", "2026-03-19", True),
        ("cell_input in ['a', 'b']", "a", False),
    ],
)
def test_cells(cell: str, value: Any, passes: bool) -> None:
    assert compile_test(cell)(value, {"limit": 9}, CONTEXT) is passes


def test_cells_are_split_outside_quotes_and_brackets() -> None:
    assert split_cell("'a,b', [1, 2], max(1, 2)") == ["'a,b'", "[1, 2]", "max(1, 2)"]


def test_unique_takes_the_only_rule_that_matches() -> None:
    xml = table("UNIQUE", ('"housing"', "-", '"agency"'), ('"water"', "&lt; 5", '"utility"'))
    assert decide(xml, topic="housing", days=1) == {"body": "agency"}
    assert decide(xml, topic="water", days=9) == {"body": None}


def test_unique_refuses_two_rules_that_match() -> None:
    xml = table("UNIQUE", ("-", "-", "1"), ("-", "-", "2"))
    with pytest.raises(ExecutionFailed, match="r0, r1"):
        decide(xml, topic="x", days=1)


def test_first_takes_the_first_row_that_fits() -> None:
    xml = table("FIRST", ('"water"', "-", '"utility"'), ("-", "-", "topic"))
    assert decide(xml, topic="water", days=1) == {"body": "utility"}
    assert decide(xml, topic="roads", days=1) == {"body": "roads"}


def test_any_wants_agreement() -> None:
    agreeing = table("ANY", ("-", "-", "1"), ("-", "&gt; 0", "1"))
    assert decide(agreeing, topic="x", days=1) == {"body": 1}
    with pytest.raises(ExecutionFailed):
        decide(table("ANY", ("-", "-", "1"), ("-", "-", "2")), topic="x", days=1)


def test_priority_follows_the_order_of_the_output_values() -> None:
    outputs = '<output id="o" name="body"><outputValues><text>"high","low"</text></outputValues></output>'
    xml = table("PRIORITY", ("-", "-", '"low"'), ("-", "-", '"high"'), outputs=outputs)
    assert decide(xml, topic="x", days=1) == {"body": "high"}
    ordered = table("OUTPUT ORDER", ("-", "-", '"low"'), ("-", "-", '"high"'), outputs=outputs)
    assert decide(ordered, topic="x", days=1) == {"body": ["high", "low"]}


@pytest.mark.parametrize(("aggregation", "result"), [("SUM", 6), ("MIN", 1), ("MAX", 3), ("COUNT", 3)])
def test_collect_combines(aggregation: str, result: int) -> None:
    rules = [("-", "-", str(number)) for number in (1, 2, 3)]
    assert decide(table("COLLECT", *rules, attributes=f'aggregation="{aggregation}"'), topic="", days=0) == {
        "body": result
    }
    assert decide(table("COLLECT", *rules), topic="", days=0) == {"body": [1, 2, 3]}


def test_a_default_output_stands_in_where_nothing_matches() -> None:
    outputs = '<output id="o" name="body"><defaultOutputEntry><text>"archive"</text></defaultOutputEntry></output>'
    assert decide(table("FIRST", ('"a"', "-", "1"), outputs=outputs), topic="b", days=1) == {"body": "archive"}


@pytest.mark.parametrize(
    "xml",
    [
        table("BEST", ("-", "-", "1")),
        table("UNIQUE", ("-", "-", "().__class__")),
        table("UNIQUE", ("x.y", "-", "1")),
        table("UNIQUE", ("-", "-", "1", "2")),
        table("UNIQUE", ("-", "-", "1"), outputs='<output id="o" name="two words"/>'),
        table("UNIQUE", ("-", "-", "1"), attributes='aggregation="SUM"'),
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="d"/></definitions>',
    ],
)
def test_a_faulty_table_is_refused_when_it_is_deployed(xml: bytes) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        read_decisions(parse_xml(xml, "route.dmn"), "route.dmn")
    assert refused.value.findings[0].rule == "decision-table"


def test_nothing_in_a_cell_is_evaluated_as_python() -> None:
    with pytest.raises(ExpressionError):
        compile_test("__import__('os').system('true')")


def rule_task(**attributes: str) -> Model:
    model = Model("routing").path("start")
    model.node("businessRuleTask", "route", **attributes)
    return model.path("start", "route", "user:check", "end")


def test_a_business_rule_task_sets_what_the_process_declares(run: Begin) -> None:
    outputs = '<output id="o1" name="competent"/><output id="o2" name="undeclared"/>'
    dmn = table("FIRST", ('"water"', "-", '"utility"', "1"), outputs=outputs)
    package = rule_task().package(variables(topic="", days=0, competent=""), route__dmn=dmn)
    case = run(package, topic="water").store()
    assert case.case.variables["competent"] == "utility"
    assert "undeclared" not in case.case.variables
    assert case.waiting == ["check"]


def test_a_business_rule_task_without_its_decision_is_refused() -> None:
    from engine.spiff.program import compile_bpmn

    with pytest.raises(DefinitionRefused) as refused:
        compile_bpmn(rule_task().xml())
    assert refused.value.findings[0].element == "route"
