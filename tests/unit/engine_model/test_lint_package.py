"""The rules of process packages: a small sound package, broken in one place at a time."""

# ruff: noqa: E501 - the faults are a table: one line each

import copy
import json

import pytest

from engine.errors import PackageInvalid
from engine.findings import Severity
from engine.lint import HandlerNames, lint_package
from engine.package import package_from_files
from engine.rules.registry import PACKAGE_RULES

from .builders import MANIFEST, PACKAGE_BODY, SCENARIO, diagram_of, page, schema, titles

HANDLERS = HandlerNames(
    services=frozenset({"case.mark_overdue"}),
    recorders=frozenset({"rec"}),
    guards=frozenset({"g"}),
    starters=frozenset({"st"}),
)
MARK = '<serviceTask id="mark" name="Mark"><extensionElements>\n<karguzar:task handler="case.mark_overdue"/></extensionElements></serviceTask>'
TASK = '<karguzar:task form="check" document="generic" signature="personal" deadline="review"/>'


def lint(files, known=("p",)):
    return lint_package(package_from_files(files), HANDLERS, known)


def toml(find, put):
    assert find in MANIFEST
    return {"process.toml": MANIFEST.replace(find, put, 1)}


def body(find, put):
    assert find in PACKAGE_BODY
    return {"process.bpmn": diagram_of(PACKAGE_BODY.replace(find, put, 1))}


def task(put):
    return body(TASK, put)


def form(change):
    changed = copy.deepcopy(page())
    change(changed)
    return {"forms/check.ui.json": json.dumps(changed)}


def form_schema(change):
    changed = copy.deepcopy(schema())
    change(changed)
    return {"forms/check.schema.json": json.dumps(changed)}


def scenario(find, put):
    assert find in SCENARIO
    return {"scenarios/accepted.toml": SCENARIO.replace(find, put, 1)}


def put(path, value):
    """A change of a nested value of a page or schema; None removes it."""

    def change(table):
        *way, last = path
        for step in way:
            table = table[step]
        if value is None:
            del table[last]
        else:
            table[last] = value

    return change


NO_AZ = {"kk": "x", "ru": "x", "en": "x"}
DMN = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="route"><decisionTable id="t">'
    '<input id="i"><inputExpression id="ie"><text>{name}</text></inputExpression></input><output id="o" name="{out}"/>'
    '<rule id="r"><inputEntry id="a"><text>{cell}</text></inputEntry><outputEntry id="b"><text>"y"</text></outputEntry>'
    "</rule></decisionTable></decision></definitions>"
)
PLAIN_FORM = {"forms/extra.ui.json": json.dumps(page()), "forms/extra.schema.json": json.dumps(schema())}
UNDRAWN_NODE = {
    "process.bpmn": diagram_of(PACKAGE_BODY).replace(
        b'<bpmndi:BPMNShape bpmnElement="check">', b'<bpmndi:BPMNShape bpmnElement="gone">'
    )
}
NO_BOUNDS = {
    "process.bpmn": diagram_of(PACKAGE_BODY).replace(b'<dc:Bounds x="0" y="0" width="80" height="60"/>', b"", 1)
}
UNDRAWN_FLOW = {
    "process.bpmn": diagram_of(PACKAGE_BODY).replace(
        b'<bpmndi:BPMNEdge bpmnElement="s_check">', b'<bpmndi:BPMNEdge bpmnElement="gone">'
    )
}
SHORT_EDGE = {
    "process.bpmn": diagram_of(PACKAGE_BODY).replace(b'<di:waypoint x="180" y="30"/>', b"", 1),
}


def moved(find, put):
    """The package with something drawn elsewhere."""
    diagram = diagram_of(PACKAGE_BODY)
    assert find in diagram
    return {"process.bpmn": diagram.replace(find, put, 1)}


ON_CHECK = b'<bpmndi:BPMNShape bpmnElement="check"><dc:Bounds x="200" y="0" width="80" height="60"/>'

BAD = {
    "diagram-shapes": [UNDRAWN_NODE, NO_BOUNDS],
    "diagram-edges": [UNDRAWN_FLOW, SHORT_EDGE],
    "diagram-bounds": [
        moved(ON_CHECK, ON_CHECK.replace(b'x="200"', b'x="far"')),
        moved(ON_CHECK, ON_CHECK.replace(b'x="200"', b'x="1e9"')),
        moved(ON_CHECK, ON_CHECK.replace(b'width="80"', b'width="0"')),
        moved(ON_CHECK, ON_CHECK.replace(b'width="80"', b'width="NaN"')),
    ],
    "automatic-circle": [body("</scriptTask>", '</scriptTask><sequenceFlow id="back" sourceRef="sc" targetRef="g"/>')],
    "diagram-overlap": [moved(ON_CHECK, ON_CHECK.replace(b'x="200"', b'x="150"'))],
    "diagram-edge-ends": [
        moved(b'<di:waypoint x="180" y="30"/>', b'<di:waypoint x="180" y="300"/>'),
        moved(b'<di:waypoint x="180" y="30"/>', b'<di:waypoint x="140" y="30"/>'),
        moved(b'<di:waypoint x="180" y="30"/>', b'<di:waypoint x="180"/>'),
    ],
    "labels": [body(' name="Check"', ""), body(' name="Accepted?"', "")],
    "task-form": [
        task('<karguzar:task deadline="review"/>'),
        task('<karguzar:task form="gone"/>'),
        {"process.toml": MANIFEST + '[start]\nform = "gone"\n'},
        {"process.toml": MANIFEST + "[start]\npublic = true\n"},
    ],
    "form-unused": [PLAIN_FORM],
    "task-role": [
        body("<flowNodeRef>check</flowNodeRef>", ""),
        body('lane id="lane_clerk"', 'lane id="clerk"'),
        body('lane id="lane_clerk"', 'lane id="lane_other"'),
        {"process.toml": MANIFEST + '[roles.head]\nbody = "case"\ntitles = { az = "x", kk = "x", ru = "x", en = "x" }\n'},
    ],
    "titles": [
        toml('titles = { az = "x", kk = "x", ru = "x", en = "x" }\n[roles', 'titles = { az = "x", kk = "x", ru = "x" }\n[roles'),
        toml('[elements.mark]\ntitles = { az = "x", kk = "x", ru = "x", en = "x" }', ""),
        toml('[elements.check]\ntitles = { az = "x"', '[elements.check]\ntitles = { az = " "'),
    ],
    "element-known": [{"process.toml": MANIFEST + '[elements.gone]\ntitles = { az = "x", kk = "x", ru = "x", en = "x" }\n'}],
    "task-attributes": [
        task('<karguzar:task form="check" dedline="review"/>'),
        body('<karguzar:task handler="case.mark_overdue"/>', '<karguzar:task handler="case.mark_overdue" form="check"/>'),
    ],
    "unused-signatures": [toml("[deadlines.review]", "[signatures.own]\nsole_control = true\n[deadlines.review]")],
    "task-signature": [
        task('<karguzar:task form="check" signature="thumb"/>'),
        task('<karguzar:task form="check" document="letter"/>'),
    ],
    "impersonal-signature": [
        task('<karguzar:task form="check" signature="seal"/>'),
        task('<karguzar:task form="check" signature="none"/>'),
        {
            **task('<karguzar:task form="check" signature="own"/>'),
            **toml("[deadlines.review]", '[signatures.own]\nkind = "seal"\n[deadlines.review]'),
        },
    ],
    "impersonal-cosigns": [task('<karguzar:task form="check" signature="none" document="generic"/>')],
    "handlers": [
        body('<karguzar:task handler="case.mark_overdue"/>', ""),
        body('handler="case.mark_overdue"', 'handler="gone"'),
        task('<karguzar:task form="check" handler="gone"/>'),
        task('<karguzar:task form="check" guard="rec"/>'),
        {"process.toml": MANIFEST + '[start]\nhandler = "gone"\n'},
    ],
    "four-eyes": [
        task('<karguzar:task form="check" fourEyesWith="mark"/>'),
        task('<karguzar:task form="check" fourEyesWith="check"/>'),
    ],
    "cosigns": [
        task('<karguzar:task form="check" cosigns="gone"/>'),
        task('<karguzar:task form="check" cosigns="mark"/>'),
        task('<karguzar:task form="check" cosigns="check"/>'),
    ],
    "cosigns-form": [task('<karguzar:task form="check" cosigns="mark"/>')],
    "cosigns-needed": [
        task('<karguzar:task form="check" needed="1"/>'),
        task('<karguzar:task form="check" cosigns="mark" needed="2"/>'),
        task('<karguzar:task form="check" cosigns="mark" needed="enough"/>'),
        task('<karguzar:task form="check" cosigns="mark" needed="note.x"/>'),
    ],
    "cosigns-people": [
        body(TASK + "</extensionElements>", '<karguzar:task form="check" cosigns="mark" assignee="outcome"/></extensionElements>'
             '<multiInstanceLoopCharacteristics><loopDataInputRef>outcome</loopDataInputRef></multiInstanceLoopCharacteristics>'),
    ],
    "assignee": [
        task('<karguzar:task form="check" assignee="who"/>'),
        task('<karguzar:task form="check" assignee="note.x"/>'),
    ],
    "priority": [
        task('<karguzar:task form="check" priority="pressing"/>'),
        task('<karguzar:task form="check" priority="note.x"/>'),
    ],
    "called-process": [
        body('<serviceTask id="mark" name="Mark"><extensionElements>\n<karguzar:task handler="case.mark_overdue"/></extensionElements></serviceTask>',
             '<callActivity id="mark" name="Mark" calledElement="gone"/>'),
        body('<serviceTask id="mark" name="Mark"><extensionElements>\n<karguzar:task handler="case.mark_overdue"/></extensionElements></serviceTask>',
             '<callActivity id="mark" name="Mark" calledElement="p"/>'),
    ],
    "call-binding": [
        body(MARK, '<callActivity id="mark" name="Mark" calledElement="other"><extensionElements><karguzar:call binding="newest"/></extensionElements></callActivity>'),
        body(MARK, '<callActivity id="mark" name="Mark" calledElement="other"><extensionElements><karguzar:call binding="version"/></extensionElements></callActivity>'),
        body(MARK, '<callActivity id="mark" name="Mark" calledElement="other"><extensionElements><karguzar:call binding="version" version="v2"/></extensionElements></callActivity>'),
    ],
    "start-data": [
        body('<startEvent id="s"/>', '<startEvent id="s"><timerEventDefinition><timeDate>days_given</timeDate></timerEventDefinition></startEvent>'),
        body('<startEvent id="s"/>', '<startEvent id="s"><timerEventDefinition><timeDate>deadline(\'review\')</timeDate></timerEventDefinition></startEvent>'),
        body('<startEvent id="s"/>', '<startEvent id="s"><conditionalEventDefinition><condition>outcome == "accepted"</condition></conditionalEventDefinition></startEvent>'),
        body('<startEvent id="s"/>', '<startEvent id="s"><conditionalEventDefinition><condition>today(</condition></conditionalEventDefinition></startEvent>'),
    ],
    "start-register": [
        {**body('<startEvent id="s"/>', '<startEvent id="s"><timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition></startEvent>'),
         **toml('register = "papers"\nnumber = "P-{year}-{seq:06}"\n', "")},
    ],
    "decision": [
        {"route.dmn": DMN.format(name="gone", out="note", cell='"x"')},
        {"route.dmn": DMN.format(name="outcome", out="gone", cell='"x"')},
        {"route.dmn": DMN.format(name="outcome", out="note", cell="x.y")},
        {"route.dmn": DMN.format(name="outcome", out="note", cell='"x"').replace("<decisionTable", '<decisionTable hitPolicy="LUCK"')},
        body('<scriptTask id="sc" name="Note"><script>note = \'accepted\'</script></scriptTask>', '<businessRuleTask id="sc" name="Note"/>'),
    ],
    "variable-name": [
        toml("note = {", 'body = { type = "string" }\nnote = {'),
        toml("note = {", 'len = { type = "string" }\nnote = {'),
    ],
    "variable-declared": [
        body("outcome == 'accepted'", "outcom == 'accepted'"),
        body("note = 'accepted'", "nte = 'accepted'"),
        body("note = 'accepted'", "case_number = 'accepted'"),
        body("deadline('review')</timeDate>", "deadline('gone')</timeDate>"),
    ],
    "deadline-known": [task('<karguzar:task form="check" deadline="gone"/>')],
    "deadline-unused": [{"process.toml": MANIFEST + '[deadlines.other]\nlaw = "x"\nterm = "1 day"\ntitles = { az = "x", kk = "x", ru = "x", en = "x" }\n'}],
    "deadline-term": [
        toml('term = "days_given working days"', 'term = "soon"'),
        toml('term = "days_given working days"', 'term = "0 days"'),
        toml('term = "days_given working days"', 'term = "gone days"'),
        toml('term = "days_given working days"', 'term = "note days"'),
        toml('law = "C12"', 'law = "C12"\nstarts = "gone"'),
        toml('law = "C12"', 'law = "C12"\nstarts = "days_given"'),
    ],
    "register": [
        toml('register = "papers"', ""),
        toml('"P-{year}-{seq:06}"', '"P-{year}"'),
        {"process.toml": MANIFEST.replace('register = "papers"', "").replace('number = "P-{year}-{seq:06}"', "") + '[start]\nform = "check"\npublic = true\n'},
    ],
    "form-schema": [
        form_schema(put(["type"], "objekt")),
        form_schema(put(["additionalProperties"], None)),
        form_schema(put(["required"], ["gone"])),
    ],
    "form-shape": [
        form(put(["checks"], [5])),
        form(put(["fields"], [])),
        form(put(["sections"], [])),
        form(put(["computed"], {})),
    ],
    "form-fields": [
        form(put(["fields", "reason"], None)),
        form_schema(put(["properties", "reason"], None)),
        form(put(["sections", 0, "fields"], ["decision"])),
        form(put(["sections", 0, "fields"], ["decision", "reason", "reason"])),
        form(put(["sections", 0, "fields"], ["decision", "reason", "gone"])),
        form(put(["computed"], [])),
    ],
    "form-keys": [
        form(put(["titel"], titles())),
        form(put(["fields", "reason", "lable"], titles())),
        form(put(["checks", 0, "wehn"], "1 == 1")),
        form(put(["fields", "decision", "options", 0, "text"], "x")),
    ],
    "form-texts": [
        form(put(["title"], NO_AZ)),
        form(put(["title"], None)),
        form(put(["intro"], "plain")),
        form(put(["fields", "reason", "help"], NO_AZ)),
        form(put(["fields", "decision", "options", 0, "label"], NO_AZ)),
        form(put(["checks", 0, "message"], NO_AZ)),
        form(put(["sections", 0, "title"], {**titles(), "az": ""})),
    ],
    "form-widgets": [
        form(put(["fields", "reason", "widget"], "slider")),
        form(put(["fields", "decision", "options"], None)),
        form(put(["fields", "decision", "options_from"], "nowhere")),
        form(put(["fields", "decision", "options", 0, "value"], "maybe")),
        form_schema(put(["properties", "decision", "enum"], ["accept", "refuse", "wait"])),
    ],
    "form-expressions": [
        form(put(["fields", "reason", "visible"], "decision.x")),
        form(put(["fields", "reason", "visible"], "desicion == 'refuse'")),
        form(put(["sections", 0, "visible"], "gone")),
        form(put(["computed", 0, "expression"], "")),
        form(put(["checks", 0, "when"], "deadline('gone') < now()")),
    ],
    "form-checks": [
        form(put(["checks", 0, "id"], None)),
        form(put(["checks", 0, "field"], "gone")),
        form(put(["checks", 0, "severity"], "fatal")),
        form(lambda table: table["checks"].append(table["checks"][0])),
    ],
    "form-references": [
        form(put(["prefill_from"], "gone")),
        form(put(["prefill"], "first")),
        form(put(["review_of"], 5)),
    ],
    "scenario-steps": [
        scenario('element = "check"\nby', 'element = "mark"\nby'),
        scenario('by = "clerk"\nfields', 'by = "head"\nfields'),
        scenario("decision =", "desicion ="),
        scenario('by = "clerk"\n[[step]]', 'by = "nobody"\n[[step]]'),
    ],
    "scenario-present": [{"scenarios/accepted.toml": None}],
    "unknown-file": [{"notes.txt": b"x"}, {"forms/x.json": b"{}"}],
}  # fmt: skip

CASES = [(rule, number, change) for rule, changes in BAD.items() for number, change in enumerate(changes)]


def test_a_sound_package_has_no_findings(files):
    assert lint(files()) == []


@pytest.mark.parametrize(("rule", "number", "change"), CASES, ids=[f"{rule}-{number}" for rule, number, _ in CASES])
def test_a_package_that_breaks_a_rule_is_told_so(files, rule, number, change):
    findings = lint(files(**change))
    mine = [finding for finding in findings if finding.rule == rule]
    assert mine, [str(finding) for finding in findings]
    assert all(finding.severity is PACKAGE_RULES[rule][0].severity and finding.message for finding in mine)


ASKED = task('<karguzar:task form="check" document="generic" signature="own" deadline="review"/>')


def asking(table):
    return ASKED | toml("[deadlines.review]", f"[signatures.own]\n{table}\n[deadlines.review]")


def test_a_task_may_ask_for_more_of_its_signature(files):
    assert lint(files(**asking('level = "B-LTA"\nsole_control = true\nkey_stores = ["pkcs11", "csc"]'))) == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('level = "B-X"', "signatures.own.level must be one of B-B, B-T, B-LT, B-LTA"),
        ('key_stores = ["floppy"]', "'floppy' is unknown; known are pkcs12, browser"),
        ("key_stores = []", "nobody could sign"),
        ('sole_control = "yes"', "must be true or false"),
        ("soul_control = true", "signatures.own.soul_control is unknown here"),
        ('kind = "stamp"', "signatures.own.kind must be one of personal, seal, none"),
        ('kind = "seal"\nsole_control = true', "speak of a person's key"),
        ('kind = "none"\nlevel = "B-T"', "a step without a signature has no level"),
    ],
)
def test_what_a_signature_may_not_ask_for_is_told(files, table, message):
    with pytest.raises(PackageInvalid) as refused:
        package_from_files(files(**asking(table)))
    assert message in str([finding.message for finding in refused.value.findings])


def test_every_rule_has_a_package_that_breaks_it():
    assert set(BAD) == set(PACKAGE_RULES)


def test_findings_tell_file_and_element(files):
    (finding,) = [one for one in lint(files(**BAD["form-keys"][1])) if one.severity is Severity.ERROR]
    assert finding.as_json() == {
        "file": "forms/check.ui.json",
        "element": "reason",
        "rule": "form-keys",
        "severity": "error",
        "message": finding.message,
    }
    assert "lable" in finding.message


def test_a_page_of_the_wrong_shape_is_refused_not_let_pass(files):
    for broken in ({"fields": []}, {"sections": {}}, {"sections": [{"fields": 5}]}, {"checks": [5]}, {"computed": "x"}):
        findings = lint(files(**{"forms/check.ui.json": json.dumps({**page(), **broken})}))
        assert any(finding.severity is Severity.ERROR for finding in findings), broken
