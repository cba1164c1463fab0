"""The process that is measured: 20 flow nodes, drawn once, with its few expressions in each engine's own language.

Five user tasks of which a case passes four, a decision table, an exclusive gateway that leads back, a parallel gateway,
a timer on the border of the review, a called process.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from engine.definition import ProcessPackage
from engine.package import package_from_files

PROCESS, CALLED = "appraisal", "publication"
STEPS = ("register", "review", "legal", "sign")
"""the user tasks a case passes, in an order that works"""
FORM = {"applicant": "Əli Məmmədov", "subject": "Su təchizatı", "topic": "water", "pages": 3, "urgent": False}
"""what the person at the first step enters"""
AGAIN, GO_ON = {"decision": "again", "remark": "the map is missing"}, {"decision": "go on", "remark": ""}

_TITLES = 'titles = { az = "Ölçü", kk = "Өлшем", ru = "Мера", en = "Measure" }'
_VARIABLES = {"applicant": '""', "subject": '""', "topic": '""', "pages": "0", "urgent": "false", "decision": '""',
              "remark": '""', "unit": '""', "noted": "false"}  # fmt: skip
_TYPES = {"pages": "integer", "urgent": "boolean", "noted": "boolean"}

_DECISION = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="route_file" name="route"
    namespace="urn:karguzar:benchmarks">
  <decision id="route" name="Route"><decisionTable id="route_table" hitPolicy="FIRST">
    <input id="topic"><inputExpression id="topic_of" typeRef="string"><text>topic</text></inputExpression></input>
    <output id="unit" name="unit" label="unit" typeRef="string"/>{rules}
  </decisionTable></decision>
</definitions>
"""
_ROUTES = {"land": "registry", "roads": "works", "water": "utilities", "housing": "housing", "social": "welfare"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How an engine writes what the model needs said."""

    again: str
    """whether the reviewer sends the case back"""
    script: str
    """set `noted` to true"""
    duration: str
    """ten days"""
    language: str = ""
    """attributes of an element that holds a condition"""
    script_format: str = ""
    decision: str = '<bpmn:businessRuleTask id="route" camunda:decisionRef="route"/>'


HOUSE = Dialect(again="decision == 'again'", script="noted = True", duration="P10D")
STOCK = Dialect(again="decision == 'again'", script="noted = True", duration="'P10D'")
JAVASCRIPT = Dialect(
    again="next(null, this.environment.variables.decision === 'again')",
    script="this.environment.variables.noted = true; next();",
    duration="P10D",
    language=' language="javascript"',
    script_format=' scriptFormat="javascript"',
    decision='<bpmn:scriptTask id="route" scriptFormat="javascript"><bpmn:script>'
    "this.environment.variables.unit = 'utilities'; next();</bpmn:script></bpmn:scriptTask>",
)
"""npm's bpmn-engine knows no decision tables: it is spared the look-up"""

_FILE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    id="definitions" targetNamespace="urn:karguzar:benchmarks">{processes}
</bpmn:definitions>
"""
_ROOT = """
  <bpmn:process id="appraisal" isExecutable="true">
    <bpmn:laneSet id="lanes"><bpmn:lane id="lane_clerk" name="clerk">{lane}</bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="start"/>
    <bpmn:userTask id="register"/>
    {decision}
    <bpmn:exclusiveGateway id="entry"/>
    <bpmn:userTask id="review"/>
    <bpmn:boundaryEvent id="late" attachedToRef="review" cancelActivity="false"><bpmn:timerEventDefinition>
      <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{duration}</bpmn:timeDuration>
    </bpmn:timerEventDefinition></bpmn:boundaryEvent>
    <bpmn:userTask id="oversee"/>
    <bpmn:endEvent id="overseen"/>
    <bpmn:exclusiveGateway id="decided" default="go_on"/>
    <bpmn:parallelGateway id="fork"/>
    <bpmn:userTask id="legal"/>
    <bpmn:scriptTask id="note"{script_format}><bpmn:script>{script}</bpmn:script></bpmn:scriptTask>
    <bpmn:parallelGateway id="join"/>
    <bpmn:userTask id="sign"/>
    <bpmn:callActivity id="publish" calledElement="publication"/>
    <bpmn:scriptTask id="archive"{script_format}><bpmn:script>{script}</bpmn:script></bpmn:scriptTask>
    <bpmn:endEvent id="end"/>
    {flows}
    <bpmn:sequenceFlow id="again" sourceRef="decided" targetRef="entry">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"{language}>{again}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="go_on" sourceRef="decided" targetRef="fork"/>
  </bpmn:process>"""
_PUBLICATION = """
  <bpmn:process id="publication" isExecutable="true">
    <bpmn:startEvent id="asked"/>
    <bpmn:scriptTask id="announce"{script_format}><bpmn:script>{script}</bpmn:script></bpmn:scriptTask>
    <bpmn:endEvent id="published"/>
    <bpmn:sequenceFlow id="p1" sourceRef="asked" targetRef="announce"/>
    <bpmn:sequenceFlow id="p2" sourceRef="announce" targetRef="published"/>
  </bpmn:process>"""
_FLOWS = (
    ("start", "register"), ("register", "route"), ("route", "entry"), ("entry", "review"), ("review", "decided"),
    ("late", "oversee"), ("oversee", "overseen"), ("fork", "legal"), ("fork", "note"), ("legal", "join"),
    ("note", "join"), ("join", "sign"), ("sign", "publish"), ("publish", "archive"), ("archive", "end"),
)  # fmt: skip


def model(dialect: Dialect) -> bytes:
    """Both processes in one file, as BPMN XML."""
    return _FILE.format(processes=_root(dialect) + _publication(dialect)).encode()


def decision() -> bytes:
    """The decision table, as DMN XML."""
    rules = "".join(
        f'<rule id="rule_{topic}"><inputEntry id="in_{topic}"><text>"{topic}"</text></inputEntry>'
        f'<outputEntry id="out_{topic}"><text>"{unit}"</text></outputEntry></rule>'
        for topic, unit in _ROUTES.items()
    )
    return _DECISION.replace("{rules}", rules).encode()


def packages() -> list[ProcessPackage]:
    """The processes as our packages, the called one first."""
    called = _FILE.format(processes=_publication(HOUSE)).encode()
    root = _FILE.format(processes=_root(HOUSE)).encode()
    return [
        package_from_files({"process.toml": _manifest(CALLED), "process.bpmn": called}),
        package_from_files({"process.toml": _manifest(PROCESS), "process.bpmn": root, "route.dmn": decision()}),
    ]


def _root(dialect: Dialect) -> str:
    return _ROOT.format(
        lane="".join(f"<bpmn:flowNodeRef>{step}</bpmn:flowNodeRef>" for step in (*STEPS, "oversee")),
        flows="\n    ".join(f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in _FLOWS),
        again=escape(dialect.again),
        script=escape(dialect.script),
        duration=dialect.duration,
        language=dialect.language,
        script_format=dialect.script_format,
        decision=dialect.decision,
    )


def _publication(dialect: Dialect) -> str:
    return _PUBLICATION.format(script=escape(dialect.script), script_format=dialect.script_format)


def _manifest(key: str) -> bytes:
    variables = "".join(
        f'[variables.{name}]\ntype = "{_TYPES.get(name, "string")}"\ninitial = {initial}\n'
        for name, initial in _VARIABLES.items()
    )
    return f"""key = "{key}"
register = "measures"
number = "M-{{year}}-{{seq:06}}"
document_type = "measure"
access_level = "open"
retention_class = "measure"
{_TITLES}

[roles.clerk]
body = "case"
{_TITLES}

{variables}""".encode()
