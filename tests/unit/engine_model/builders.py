"""Small models and packages for the tests of this room."""

import itertools
import json
import re
from typing import Any

FORMAL = 'xsi:type="tFormalExpression"'
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:karguzar="urn:karguzar:bpmn:1" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="urn:test">'
)


def flow(source: str, target: str, condition: str | None = None, name: str | None = None) -> str:
    """A sequence flow named after its ends."""
    inner = f"<conditionExpression {FORMAL}>{condition}</conditionExpression>" if condition is not None else ""
    identifier = name or f"{source}_{target}"
    return f'<sequenceFlow id="{identifier}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def chain(*names: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(source, target) for source, target in itertools.pairwise(names))


def bpmn(body: str, roots: str = "", *, process: str = "p", executable: bool = True) -> bytes:
    """A file with one process."""
    flag = ' isExecutable="true"' if executable else ""
    return f'{HEAD}{roots}<process id="{process}"{flag}>{body}</process></definitions>'.encode()


START = '<startEvent id="s"/>'
END = '<endEvent id="e"/>'


def titles(text: str = "x") -> dict[str, str]:
    """The same text in four languages."""
    return dict.fromkeys(("az", "kk", "ru", "en"), text)


PACKAGE_BODY = """
<laneSet id="lanes"><lane id="lane_clerk" name="Clerk"><flowNodeRef>s</flowNodeRef><flowNodeRef>check</flowNodeRef>
<flowNodeRef>overdue</flowNodeRef><flowNodeRef>mark</flowNodeRef><flowNodeRef>late</flowNodeRef><flowNodeRef>g</flowNodeRef>
<flowNodeRef>sc</flowNodeRef><flowNodeRef>e</flowNodeRef><flowNodeRef>r</flowNodeRef></lane></laneSet>
<startEvent id="s"/>
<userTask id="check" name="Check"><extensionElements>
<karguzar:task form="check" document="generic" signature="personal" deadline="review"/></extensionElements></userTask>
<boundaryEvent id="overdue" attachedToRef="check" cancelActivity="false"><timerEventDefinition>
<timeDate xsi:type="tFormalExpression">deadline('review')</timeDate></timerEventDefinition></boundaryEvent>
<serviceTask id="mark" name="Mark"><extensionElements>
<karguzar:task handler="case.mark_overdue"/></extensionElements></serviceTask>
<endEvent id="late"/>
<exclusiveGateway id="g" name="Accepted?" default="g_r"/>
<scriptTask id="sc" name="Note"><script>note = 'accepted'</script></scriptTask>
<endEvent id="e"/><endEvent id="r"/>
<sequenceFlow id="s_check" sourceRef="s" targetRef="check"/>
<sequenceFlow id="check_g" sourceRef="check" targetRef="g"/>
<sequenceFlow id="g_sc" sourceRef="g" targetRef="sc">
<conditionExpression xsi:type="tFormalExpression">outcome == 'accepted'</conditionExpression></sequenceFlow>
<sequenceFlow id="g_r" sourceRef="g" targetRef="r"/>
<sequenceFlow id="sc_e" sourceRef="sc" targetRef="e"/>
<sequenceFlow id="overdue_mark" sourceRef="overdue" targetRef="mark"/>
<sequenceFlow id="mark_late" sourceRef="mark" targetRef="late"/>
"""

MANIFEST = """
key = "p"
register = "papers"
number = "P-{year}-{seq:06}"
document_type = "paper"
access_level = "open"
retention_class = "papers"
titles = { az = "x", kk = "x", ru = "x", en = "x" }
[roles.clerk]
body = "case"
titles = { az = "x", kk = "x", ru = "x", en = "x" }
[variables]
outcome = { type = "string", initial = "" }
note = { type = "string", initial = "" }
days_given = { type = "integer", initial = 7 }
[deadlines.review]
law = "C12"
term = "days_given working days"
titles = { az = "x", kk = "x", ru = "x", en = "x" }
[elements.check]
titles = { az = "x", kk = "x", ru = "x", en = "x" }
[elements.mark]
titles = { az = "x", kk = "x", ru = "x", en = "x" }
"""

SCENARIO = """
title = "Accepted"
body = "housing"
language = "az"
starts = "2026-03-19T09:30"
by = "clerk"
[[step]]
advance = "3 working days"
[[step]]
element = "check"
by = "clerk"
fields = { decision = "accept" }
[expect]
outcome = "completed"
path = ["check"]
deadlines = [{ element = "check", due = "2026-04-08" }]
variables = { outcome = "accepted", note = "accepted" }
"""


def schema() -> dict[str, Any]:
    """The form's schema."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["decision"],
        "properties": {
            "decision": {"type": "string", "enum": ["accept", "refuse"]},
            "reason": {"type": "string", "maxLength": 200},
            "outcome": {"type": "string"},
        },
    }


def page() -> dict[str, Any]:
    """The form's page."""
    return {
        "title": titles(),
        "sections": [{"id": "main", "title": titles(), "fields": ["decision", "reason"]}],
        "fields": {
            "decision": {
                "label": titles(),
                "widget": "radios",
                "options": [{"value": value, "label": titles()} for value in ("accept", "refuse")],
            },
            "reason": {"label": titles(), "widget": "textarea", "visible": "decision == 'refuse'"},
        },
        "computed": [
            {"field": "outcome", "expression": "'accepted' if decision == 'accept' else 'refused'"},
        ],
        "checks": [
            {
                "id": "reason-missing",
                "when": "decision == 'refuse' and empty(reason)",
                "field": "reason",
                "severity": "error",
                "message": titles("Say why."),
                "law": "C14",
            }
        ],
    }


def drawn(body: str) -> str:
    """The body with a diagram that draws its nodes in a row, a shape every 100 pixels, its lanes, and its flows."""
    nodes = re.findall(r'<(?:lane|\w+(?:Event|Task|Gateway|Activity|Process)|task) id="(\w+)"', body)
    flows = re.findall(r'<sequenceFlow id="(\w+)" sourceRef="(\w+)" targetRef="(\w+)"', body)
    left = {name: 100 * number for number, name in enumerate(nodes)}
    shapes = "".join(
        f'<bpmndi:BPMNShape bpmnElement="{name}"><dc:Bounds x="{left[name]}" y="0" width="80" height="60"/>'
        "</bpmndi:BPMNShape>"
        for name in nodes
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge bpmnElement="{name}"><di:waypoint x="{left.get(source, 0) + 80}" y="30"/>'
        f'<di:waypoint x="{left.get(target, 0)}" y="30"/></bpmndi:BPMNEdge>'
        for name, source, target in flows
    )
    return f"<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"


def diagram_of(body: str, roots: str = "") -> bytes:
    """A package's process.bpmn."""
    return f'{HEAD}{roots}<process id="p" isExecutable="true">{body}</process>{drawn(body)}</definitions>'.encode()


def package_files(**changes: bytes | str | None) -> dict[str, bytes]:
    """A small package without faults; `changes` replaces a file (dots and slashes as __), None leaves it out."""
    files: dict[str, bytes | str | None] = {
        "process.toml": MANIFEST,
        "process.bpmn": diagram_of(PACKAGE_BODY),
        "forms/check.schema.json": json.dumps(schema()),
        "forms/check.ui.json": json.dumps(page()),
        "scenarios/accepted.toml": SCENARIO,
    }
    files |= changes
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in files.items()
        if content is not None
    }
