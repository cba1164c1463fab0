"""Decision tables: cells, hit policies, and what a business rule task makes of them."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.deadlines import WorkingCalendar
from engine.decision_cells import compile_test, split_cell
from engine.errors import DefinitionRefused, ExecutionFailed, ExpressionError
from engine.expressions import ExpressionContext
from engine.reading.decisions import read_decisions
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
        ("[1..5[, 7", 7, True),
        ("[1..5[, 7", 5, False),
        ("]1..5], > 100", 101, True),
        ('[date("2026-01-01")..date("2026-03-31")]', "2026-03-19", True),
        ('[@"2026-01-01"..@"2026-03-31")', "2026-03-31", False),
        ("not([1..3], 7)", 2, False),
        ("not([1..3], 7)", 5, True),
        ("not(null)", None, False),
        ("? > 3 and ? != 5", 5, False),
        ("['a', 'b']", "b", True),
        ("= 5", 5, True),
        ("1", True, False),
        ("true", 1, False),
        ('"say \\"a, b\\"", "c"', 'say "a, b"', True),
        ("[limit - 8..limit]", 1, True),
        (">= date('2026-03-01')", "2026-03-19", True),
        ("cell_input in ['a', 'b']", "a", True),
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
    with pytest.raises(ExecutionFailed, match=r"1 \(r0\), 2 \(r1\)"):
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


def columns(
    policy: str,
    inputs: list[tuple[str, str]],
    outputs: list[tuple[str, str, str]],
    *rules: tuple[str, ...],
    namespace: str = "https://www.omg.org/spec/DMN/20230324/MODEL/",
) -> bytes:
    """A table with typed inputs (expression, type) and outputs (name, type, inner XML)."""
    heads = "".join(
        f'<input id="i{at}"><inputExpression typeRef="{kind}"><text>{text}</text></inputExpression></input>'
        for at, (text, kind) in enumerate(inputs)
    ) + "".join(f'<output id="o" name="{name}" typeRef="{kind}">{inner}</output>' for name, kind, inner in outputs)
    rows = "".join(
        f'<rule id="r{at}">'
        + "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in rule[: len(inputs)])
        + "".join(f"<outputEntry><text>{cell}</text></outputEntry>" for cell in rule[len(inputs) :])
        + "</rule>"
        for at, rule in enumerate(rules)
    )
    table_ = f'<decisionTable hitPolicy="{policy}">{heads}{rows}</decisionTable>'
    return f'<definitions xmlns="{namespace}"><decision id="route">{table_}</decision></definitions>'.encode()


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_dmn_is_read(namespace: str) -> None:
    xml = columns("UNIQUE", [("age", "number")], [("o", "string", "")], ("&lt; 18", '"child"'), namespace=namespace)
    assert decide(xml, age=7) == {"o": "child"}


def test_a_document_of_another_kind_is_refused() -> None:
    with pytest.raises(DefinitionRefused, match="no DMN document"):
        decide(columns("UNIQUE", [("a", "")], [("o", "", "")], namespace="urn:other"))


@pytest.mark.parametrize(
    ("kind", "cell", "given", "passes"),
    [
        ("number", "[1..5]", "3", True),
        ("integer", "3", "3", True),
        ("feel:boolean", "true", "true", True),
        ("xsd:date", "&lt; @&quot;2026-04-01&quot;", "2026-03-19", True),
        ("date", "2026 &lt; 1", None, False),
        ("string", "-", None, True),
    ],
)
def test_a_typed_input_takes_what_a_form_hands_in(kind: str, cell: str, given: Any, passes: bool) -> None:
    xml = columns("UNIQUE", [("x", kind)], [("o", "boolean", "")], (cell, "true"))
    assert decide(xml, x=given) == {"o": True if passes else None}


@pytest.mark.parametrize(
    ("kind", "given"),
    [("number", "many"), ("number", True), ("integer", 2.5), ("boolean", 1), ("string", 5), ("date", "tomorrow")],
)
def test_a_value_of_another_type_is_a_clear_failure(kind: str, given: Any) -> None:
    with pytest.raises(ExecutionFailed, match="decision 'route': input 'x' is of type"):
        decide(columns("UNIQUE", [("x", kind)], [("o", "", "")], ("-", "1")), x=given)


def test_a_failing_cell_is_told_with_its_rule_and_column() -> None:
    xml = columns("FIRST", [("x", "")], [("o", "", "")], ("&lt; 5", "1"), ("-", "1 / 0"))
    with pytest.raises(ExecutionFailed, match=r"rule 1 \(r0\), input 'x'.*< 5"):
        decide(xml, x="a text")
    with pytest.raises(ExecutionFailed, match=r"rule 2 \(r1\), output 'o'.*1 / 0"):
        decide(xml, x=9)


def test_several_outputs_with_priorities_are_ranked_from_the_left() -> None:
    levels = '<outputValues><text>"high","low"</text></outputValues>'
    order = "<outputValues><text>1, 2, 3</text></outputValues>"
    rules = [("-", '"low"', "1"), ("-", '"high"', "3"), ("-", '"high"', "2")]
    outputs = [("level", "string", levels), ("place", "number", order)]
    assert decide(columns("PRIORITY", [("x", "")], outputs, *rules), x=1) == {"level": "high", "place": 2}
    ranked = decide(columns("OUTPUT ORDER", [("x", "")], outputs, *rules), x=1)
    assert ranked == {"level": ["high", "high", "low"], "place": [2, 3, 1]}


def test_a_value_outside_the_output_values_is_a_failure() -> None:
    outputs = [("o", "string", '<outputValues><text>"high","low"</text></outputValues>')]
    with pytest.raises(ExecutionFailed, match="'middle' is none of the output values"):
        decide(columns("PRIORITY", [("x", "")], outputs, ("-", '"middle"')), x=1)


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        ("RULE ORDER", []),
        ("COLLECT", []),
        ('COLLECT" aggregation="SUM', None),
        ('COLLECT" aggregation="MIN', None),
        ('COLLECT" aggregation="COUNT', 0),
        ("UNIQUE", None),
    ],
)
def test_where_no_rule_matches(policy: str, result: Any) -> None:
    assert decide(columns(policy, [("x", "number")], [("o", "number", "")], ("&lt; 0", "1")), x=1) == {"o": result}


def test_allowed_input_values_are_held() -> None:
    xml = columns("UNIQUE", [("x", "")], [("o", "", "")], ("-", "1"))
    limited = xml.replace(b"</inputExpression>", b'</inputExpression><inputValues><text>"a","b"</text></inputValues>')
    assert decide(limited, x="a") == {"o": 1}
    with pytest.raises(ExecutionFailed, match="none of its allowed values"):
        decide(limited, x="c")


REQUIRING = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/">
<itemDefinition name="tScore"><typeRef>number</typeRef></itemDefinition>
<inputData id="income" name="income"/>
<decision id="offer"><variable name="offer" typeRef="string"/>
  <informationRequirement><requiredDecision href="#score"/></informationRequirement>
  <informationRequirement><requiredInput href="#income"/></informationRequirement>
  <decisionTable><input id="i"><inputExpression typeRef="tScore"><text>score</text></inputExpression></input>
  <output id="o" typeRef="string"/>
  <rule id="good"><inputEntry><text>&gt;= 10</text></inputEntry><outputEntry><text>"yes"</text></outputEntry></rule>
  <rule id="bad"><inputEntry><text>&lt; 10</text></inputEntry><outputEntry><text>"no"</text></outputEntry></rule>
  </decisionTable></decision>
<decision id="score"><variable name="score" typeRef="tScore"/>
  <literalExpression><text>income // 100 if income != null else 0</text></literalExpression></decision>
</definitions>"""


@pytest.mark.parametrize(("income", "offer"), [(2000, "yes"), (500, "no"), (None, "no")])
def test_a_decision_sees_those_it_requires(income: int | None, offer: str) -> None:
    decision = read_decisions(parse_xml(REQUIRING, "offer.dmn"), "offer.dmn")["offer"]
    assert decision.decide({"income": income}, CONTEXT) == {"offer": offer}
    assert decision.reads == {"income"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b'href="#score"', b'href="#nothing"', "holds no decision 'nothing'"),
        (b'href="#score"', b'href="#offer"', "require one another"),
        (b"&gt;= 10", b"x.y", r"rule 1 \(good\), input 1: 'x.y': an attribute"),
        (b"&gt;= 10", b"every x in y satisfies x", r"rule 1 \(good\), input 1"),
        (b"&gt;= 10", b"[1..", r"rule 1 \(good\), input 1"),
        (b'"no"', b'if x then "a" else "b"', r"rule 2 \(bad\), output 1"),
        (b'typeRef="tScore"><text>', b'typeRef="days and time duration"><text>', "input 1 .score.*type"),
        (b"<decisionTable>", b'<decisionTable hitPolicy="PRIORITY">', "needs the output values"),
        (b"<literalExpression>", b'<literalExpression expressionLanguage="javascript">', "'javascript' is not taken"),
        (
            b"<requiredDecision",
            b"<x/></informationRequirement><knowledgeRequirement/><informationRequirement><x",
            "know",
        ),
    ],
)
def test_what_is_not_taken_is_refused_with_its_place(before: bytes, after: bytes, told: str) -> None:
    with pytest.raises(DefinitionRefused, match=told):
        read_decisions(parse_xml(REQUIRING.replace(before, after), "offer.dmn"), "offer.dmn")


def test_all_faults_of_a_file_are_told_at_once() -> None:
    xml = columns("UNIQUE", [("x", "")], [("o", "", "")], ("a.b", "1"), ("-", "c.d"), ("-",))
    with pytest.raises(DefinitionRefused) as refused:
        decide(xml, x=1)
    assert len(refused.value.findings) == 3


@pytest.mark.parametrize(
    ("attributes", "result"),
    [
        ({}, {"level": "high", "place": 1}),
        (
            {"camunda:resultVariable": "r", "camunda:mapDecisionResult": "singleResult"},
            {"r": {"level": "high", "place": 1}},
        ),
        ({"camunda:resultVariable": "r"}, {"r": [{"level": "high", "place": 1}]}),
    ],
)
def test_a_bare_diagram_finds_its_decision_and_puts_the_result_where_it_says(
    attributes: dict[str, str], result: dict[str, Any]
) -> None:
    from engine.trace import BareFile, trace

    model = Model("p")
    known = {"camunda:decisionRef": "route", "xmlns:camunda": "http://camunda.org/schema/1.0/bpmn", **attributes}
    model.node("businessRuleTask", "ask", **known)
    dmn = columns("FIRST", [("x", "number")], [("level", "", ""), ("place", "", "")], ("&gt; 1", '"high"', "1"))
    files = {"broken.dmn": b"<no xml", "route.dmn": dmn}
    traced = trace(BareFile(bpmn=model.path("start", "ask", "end").xml(), decisions=files), data={"x": 5})
    assert (traced.status, traced.error) == ("completed", None)
    assert {name: traced.data[name] for name in result} == result


def test_a_broken_decision_that_is_asked_for_refuses_the_diagram() -> None:
    from engine.trace import BareFile, trace

    traced = trace(BareFile(bpmn=rule_task().xml(), decisions={"route.dmn": b"<no xml"}), data={})
    assert traced.status == "refused"
    assert "route.dmn" in str(traced.error)


def test_a_failing_decision_names_the_task_that_asked(run: Begin) -> None:
    dmn = columns("UNIQUE", [("topic", "")], [("competent", "", "")], ("-", "1"), ("-", "2"))
    package = rule_task().package(variables(topic="", competent=0), route__dmn=dmn)
    with pytest.raises(ExecutionFailed, match=r"^route: decision 'route': several rules match.*1 \(r0\), 2 \(r1\)"):
        run(package, topic="water")
