"""Small processes for tests, written in a few lines instead of pages of XML."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.definition import ProcessPackage
from engine.package import package_from_files

TITLES = 'titles = { az = "a", kk = "k", ru = "r", en = "e" }'
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:karguzar="urn:karguzar:bpmn:1" '
    'id="definitions" targetNamespace="urn:test">'
)


class Model:
    """A process as a list of nodes and flows: `Model("p").path("start", "user:a", "end")`."""

    def __init__(self, process: str = "p") -> None:
        self.process = process
        self.nodes: dict[str, str] = {}
        self.flows: list[str] = []
        self.lanes: dict[str, list[str]] = {}
        self.root: list[str] = []

    def node(
        self, tag: str, ident: str, inner: str = "", task: Mapping[str, str] | None = None, **attributes: str
    ) -> str:
        known = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        if task:
            facts = "".join(f" {name}={quoteattr(value)}" for name, value in task.items())
            inner = f"<bpmn:extensionElements><karguzar:task{facts}/></bpmn:extensionElements>{inner}"
        self.nodes[ident] = f'<bpmn:{tag} id="{ident}"{known}>{inner}</bpmn:{tag}>'
        return ident

    def flow(self, source: str, target: str, condition: str | None = None, ident: str | None = None) -> str:
        ident = ident or f"flow_{len(self.flows)}"
        inner = ""
        if condition is not None:
            inner = (
                '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
                f"{escape(condition)}</bpmn:conditionExpression>"
            )
        self.flows.append(
            f'<bpmn:sequenceFlow id="{ident}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
        )
        return ident

    def path(self, *steps: str) -> "Model":
        """Nodes in a row; `user:a` makes a user task a, a bare name refers to a node that is (or will be) there."""
        tags = {
            "start": "startEvent",
            "end": "endEvent",
            "user": "userTask",
            "none": "task",
            "manual": "manualTask",
            "service": "serviceTask",
            "xor": "exclusiveGateway",
            "and": "parallelGateway",
            "or": "inclusiveGateway",
            "either": "eventBasedGateway",
        }
        idents = []
        for step in steps:
            kind, _, ident = step.partition(":")
            if ident or kind in {"start", "end"}:
                task = {"handler": f"do.{ident}"} if kind == "service" else None
                self.node(tags[kind], ident or kind, task=task)
            idents.append(ident or kind)
        for source, target in pairwise(idents):
            self.flow(source, target)
        return self

    def script(self, ident: str, text: str) -> str:
        return self.node("scriptTask", ident, f"<bpmn:script>{escape(text)}</bpmn:script>")

    def call(self, ident: str, process: str) -> str:
        return self.node("callActivity", ident, calledElement=process)

    def timer(self, ident: str, on: str | None, *, interrupting: bool = False, **when: str) -> str:
        """`timer("late", "a", timeDuration="PT10M")` on an activity; `on=None` in the flow."""
        inner = "".join(f"<bpmn:{kind}>{escape(text)}</bpmn:{kind}>" for kind, text in when.items())
        definition = f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>"
        if on is None:
            return self.node("intermediateCatchEvent", ident, definition)
        cancels = "true" if interrupting else "false"
        return self.node("boundaryEvent", ident, definition, attachedToRef=on, cancelActivity=cancels)

    def message(self, tag: str, ident: str, name: str, **attributes: str) -> str:
        self.root.append(f'<bpmn:message id="message_{name}" name="{name}"/>')
        inner = f'<bpmn:messageEventDefinition messageRef="message_{name}"/>'
        return self.node(tag, ident, inner, **attributes)

    def lane(self, role: str, *idents: str) -> "Model":
        self.lanes.setdefault(role, []).extend(idents)
        return self

    def default(self, gateway: str, flow: str) -> None:
        self.nodes[gateway] = self.nodes[gateway].replace(f'id="{gateway}"', f'id="{gateway}" default="{flow}"', 1)

    def body(self) -> str:
        lanes = "".join(
            f'<bpmn:lane id="lane_{role}" name="{role}">'
            + "".join(f"<bpmn:flowNodeRef>{ident}</bpmn:flowNodeRef>" for ident in idents)
            + "</bpmn:lane>"
            for role, idents in self.lanes.items()
        )
        lane_set = f'<bpmn:laneSet id="lanes">{lanes}</bpmn:laneSet>' if lanes else ""
        return lane_set + "".join(self.nodes.values()) + "".join(self.flows)

    def subprocess(self, ident: str, inner: "Model", extra: str = "", **attributes: str) -> str:
        return self.node("subProcess", ident, extra + inner.body(), **attributes)

    def xml(self) -> bytes:
        process = f'<bpmn:process id="{self.process}" isExecutable="true">{self.body()}</bpmn:process>'
        return f"{HEAD}{''.join(self.root)}{process}</bpmn:definitions>".encode()

    def package(self, manifest: str = "", **files: bytes) -> ProcessPackage:
        """The model as a package; `manifest` is what process.toml says of variables, roles and deadlines."""
        head = f"""key = "{self.process}"
register = "tests"
number = "T-{{year}}-{{seq:06}}"
document_type = "test"
access_level = "open"
retention_class = "test"
{TITLES}
"""
        roles = "".join(f'[roles.{role}]\nbody = "case"\n{TITLES}\n' for role in self.lanes)
        named = {name.replace("__", "."): content for name, content in files.items()}
        return package_from_files(
            {"process.toml": (head + roles + manifest).encode(), "process.bpmn": self.xml(), **named}
        )


def deadline(name: str, term: str, starts: str | None = None) -> str:
    """A deadline for a manifest."""
    start = f'starts = "{starts}"\n' if starts else ""
    return f'[deadlines.{name}]\nlaw = "C12"\nterm = "{term}"\n{start}{TITLES}\n'


def variables(**initial: Any) -> str:
    """Declared variables for a manifest, by their initial values."""
    kinds: dict[type, str] = {
        str: "string",
        bool: "boolean",
        int: "integer",
        float: "number",
        list: "list",
        dict: "object",
    }
    text = ""
    for name, value in initial.items():
        shown = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else repr(value).replace("'", '"')
        text += f'[variables.{name}]\ntype = "{kinds[type(value)]}"\ninitial = {shown}\n'
    return text
