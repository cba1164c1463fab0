"""BPMN documents to specs. The XML has been read by the house, without entities, DTD or network, before this."""

# ruff: noqa: ARG002, D102 - SpiffWorkflow's own kind: the methods keep its signatures and meanings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser import task_parsers as spiff_tasks
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from engine.decisions import Decision
from engine.reading.calls import call_target
from engine.reading.document import NODES
from engine.reading.global_tasks import add_global_tasks
from engine.reading.implied_messages import implied_messages
from engine.reading.markup import bpmn_children
from engine.spiff import compensation_reading, event_nodes, loop_reading, loops, specs
from engine.spiff.compensation import add_boundaries, wire_compensation
from engine.spiff.complex_gateways import ComplexGateway
from engine.spiff.decision_reading import decision_ref, result_variable
from engine.spiff.event_reading import EventReader
from engine.spiff.flows import lead
from engine.spiff.joins import InclusiveGateway, ParallelGateway
from engine.spiff.messages import Correlations, read_correlations
from engine.spiff.quantities import insert_quantities
from engine.spiff.reading import BPMN, condition_of, in_order, link_names, starts_by_event

NO = frozenset({"false", "0"})
YES = frozenset({"true", "1"})


@dataclass(frozen=True, slots=True)
class Read:
    """A flow node that has been read."""

    entry: Any
    """the spec a flow into it leads to"""
    task: Any
    """the spec its own flows leave from"""


class _Element:
    """How every element is read: attributes without a namespace are seen (P7), data associations need no copying."""

    node: Any
    spec: Any
    raise_validation_exception: Any

    def attribute(self, attribute: str, namespace: str | None = None, node: Any = None) -> str | None:
        value: str | None = (self.node if node is None else node).get(attribute)
        return value

    def parse_incoming_data_references(self) -> list[Any]:
        return []

    def parse_outgoing_data_references(self) -> list[Any]:
        return []

    def parse_io_spec(self) -> None:
        """Variables belong to the process; a task needs no copy of some of them."""


class _Node(_Element):
    """How every flow node is read."""

    process_parser: Any
    task: Any
    bpmn_id: str

    def _add_loop_task(self, loop_characteristics: Any) -> None:
        original = self.spec.task_specs.pop(self.task.name)
        self.task = loops.StandardLoopTask(self.spec, original.name, **loop_reading.standard_loop(loop_characteristics))
        self._wrap(original)

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        original = self.spec.task_specs.pop(self.task.name)
        instances = loop_reading.instances(self.node, loop_characteristics, self._thrown_definition)
        self.task = loops.MultiInstanceTask(self.spec, original.name, instances=instances)
        self._wrap(original)

    def _wrap(self, original: Any) -> None:
        self._copy_task_attrs(original)  # type: ignore[attr-defined]
        self.task.wire()

    def _thrown_definition(self, definition: Any) -> Any:
        """The event definition in an element of its own, outside any event."""
        return EventReader(self.process_parser, self.node, repeats=False).one(definition)

    def parse_node(self) -> Any:
        """The spec a flow into the element leads to. Its own flows are laid when every node of the scope is known:
        SpiffWorkflow's reader goes from node to node by recursion, and a few hundred in a row end it.
        """
        self.task = self.create_task()  # type: ignore[attr-defined]
        self.task.extensions = {}
        for loop in bpmn_children(self.node, "standardLoopCharacteristics"):
            self._add_loop_task(loop)
        for loop in bpmn_children(self.node, "multiInstanceLoopCharacteristics"):
            self._add_multiinstance_task(loop)
        on_border = self.process_parser.get_boundary_events(self.bpmn_id)
        entry = self._add_boundary_event(on_border) if on_border else self.task
        self.process_parser.nodes[self.bpmn_id] = Read(entry=entry, task=self.task)
        return entry

    def _add_boundary_event(self, children: list[Any]) -> Any:
        split = specs.BoundarySplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit", lane=self.task.lane)
        split.activity = self.task
        for spec in [self.task, *(self.process_parser.parse_node(node) for node in children)]:
            lead(split, spec)
        return split


class ActivityParser(_Node, TaskParser):
    """Tasks without a parser of their own."""


class GatewayParser(_Node, TaskParser):
    """Gateways."""


class ComplexGatewayParser(_Node, TaskParser):
    """Complex gateways."""

    def create_task(self) -> Any:
        task = super().create_task()
        task.activation = loop_reading.text_in(self.node, "activationCondition")
        task.incoming_flows = tuple(
            (flow.get("id"), flow.get("sourceRef"))
            for flow in self.node.getparent().iterchildren(f"{BPMN}sequenceFlow")
            if flow.get("targetRef") == self.bpmn_id
        )
        return task


class CallActivityParser(_Node, spiff_tasks.CallActivityParser):
    """Call activities; what they call goes by its binding."""

    def create_task(self) -> Any:
        task = super().create_task()
        target = call_target(self.node)
        if target is not None:
            task.spec = target.name(self.process_parser.parser.process_of(self.node))
        return task


class SubWorkflowParser(_Node, TaskParser):
    """Embedded subprocesses; their spec's name tells the process too, so that two packages may use one id."""

    def create_task(self) -> Any:
        parser = self.process_parser.parser
        parser.create_parser(self.node, filename=self.filename, lane=self.lane)
        name = parser.spec_name(self.node)
        parser.process_parsers[name].parent = self.process_parser
        by_event = starts_by_event(self.node)
        spec_class = event_nodes.EventSubprocess if by_event else self.spec_class
        task = spec_class(self.spec, self.bpmn_id, subworkflow_spec=name, **self.bpmn_attributes)
        if by_event and compensation_reading.starts_with_compensation(self.node):
            self.spec.compensation = task.name
        elif by_event:
            self._listen(task)
        return task

    def _listen(self, task: Any) -> None:
        """What waits for the start event inside waits in this scope."""
        starts = bpmn_children(self.node, "startEvent")
        if len(starts) != 1:
            self.raise_validation_exception("an event subprocess begins at exactly one start event")
        interrupting = starts[0].get("isInterrupting", "true") not in NO
        definition = EventReader(self.process_parser, starts[0], repeats=not interrupting).definition()
        if definition is None:
            self.raise_validation_exception("the start event of an event subprocess needs a trigger")
        listener = event_nodes.SubprocessListener(
            self.spec, str(starts[0].get("id")), definition, task.name, interrupting=interrupting
        )
        self.spec.start.listeners.append(listener.name)


class ScriptTaskParser(_Node, spiff_tasks.ScriptTaskParser):
    """Script tasks."""


class BusinessRuleTaskParser(_Node, TaskParser):
    """Business rule tasks; the decision is the one named, or the only one there is."""

    def create_task(self) -> Any:
        decisions: Mapping[str, Decision] = self.process_parser.parser.decisions
        wanted = decision_ref(self.node)
        if wanted is None and len(decisions) == 1:
            wanted = next(iter(decisions))
        decision = decisions.get(wanted or "")
        if decision is None:
            return self.raise_validation_exception(f"the decision {wanted!r} is in no .dmn file beside the diagram")
        into, as_list = result_variable(self.node)
        asked = replace(decision, into=into, as_list=as_list)
        return self.spec_class(self.spec, self.bpmn_id, decision=asked, **self.bpmn_attributes)


class EventParser(_Node, TaskParser):
    """Events that catch or throw; for the start event of an event subprocess its listener has waited."""

    def create_task(self) -> Any:
        special = compensation_reading.node_class(self.node)
        if special is not None:
            self.spec_class = special
            return self._made(compensation_reading.thrown(self.node))
        waited_for = self.node.tag == f"{BPMN}startEvent" and starts_by_event(self.node.getparent())
        definition = None if waited_for else EventReader(self.process_parser, self.node, repeats=False).definition()
        return self._made(definition)

    def _made(self, definition: Any | None, **more: Any) -> Any:
        given = definition or NoneEventDefinition()
        task = self.spec_class(self.spec, self.bpmn_id, event_definition=given, **more, **self.bpmn_attributes)
        task.sends_to = self.process_parser.parser.correlations.flows.get(self.bpmn_id, ())
        return task


class BoundaryEventParser(EventParser):
    """Events on the border of an activity."""

    def create_task(self) -> Any:
        interrupting = self.node.get("cancelActivity", "true") not in NO
        definition = EventReader(self.process_parser, self.node, repeats=not interrupting).definition()
        if definition is None:
            self.raise_validation_exception("a boundary event needs a trigger")
        return self._made(definition, cancel_activity=interrupting)


class MessageTaskParser(EventParser):
    """Send and receive tasks."""

    def create_task(self) -> Any:
        task = self._made(EventReader(self.process_parser, self.node, repeats=False).message(self.node))
        task.instantiates = self.node.get("instantiate") in YES
        return task


class EventGatewayParser(_Node, TaskParser):
    """Event-based gateways."""

    def create_task(self) -> Any:
        if self.node.get("eventGatewayType") == "Parallel":
            self.spec_class = event_nodes.ParallelEventGateway
        task = super().create_task()
        task.instantiates = self.node.get("instantiate") in YES
        return task


class HouseProcessParser(_Element, ProcessParser):
    """A process or embedded subprocess: first its nodes, then the flows between them."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.nodes: dict[str, Read] = {}

    def create_spec(self) -> Any:
        if not self.process_executable:
            self.raise_validation_exception("the process is not executable")
        parser = self.parser
        spec = specs.ProcessSpec(
            parser.spec_name(self.node), parser.process_of(self.node), self.get_name(), self.filename
        )
        spec.ad_hoc = loop_reading.ad_hoc(self.node)
        spec.subscriptions = parser.correlations.of_process.get(self.node.get("id"), {})
        return spec

    def add_tasks(self) -> None:
        inside = [child for child in bpmn_children(self.node) if etree.QName(child).localname in NODES]
        for node in inside:
            if etree.QName(node).localname != "boundaryEvent":
                self.parse_node(node)
        self._add_compensation()
        catching = bpmn_children(self.node, "intermediateCatchEvent")
        links = {name: str(node.get("id")) for node in catching for name in link_names(node)}
        for node in inside:
            self._lay_flows(node, links)
        self._begin(inside)

    def _add_compensation(self) -> None:
        borders = compensation_reading.borders(self.node)
        handlers = {handler: self._read(handler) for _, handler in borders.values()}
        for name, spec in add_boundaries(self.spec, borders, {name: one.task for name, one in handlers.items()}):
            self.nodes[name] = Read(entry=spec, task=spec)
        wire_compensation(self.spec, borders)

    def get_boundary_events(self, attached_to_ref: str) -> list[Any]:
        """Those a running activity waits for; compensation comes when it is over."""
        return [
            event
            for event in super().get_boundary_events(attached_to_ref)
            if compensation_reading.definition_in(event, compensation_reading.COMPENSATE) is None
        ]

    def _lay_flows(self, node: Any, links: Mapping[str, str]) -> None:
        source = self._read(node.get("id")).task
        if etree.QName(node).localname == "intermediateThrowEvent":
            for name in link_names(node):
                lead(source, self._read(links.get(name)).entry)
        if etree.QName(node).localname != "endEvent":
            for flow in in_order(node, self.parser.flows.get(node.get("id"), [])):
                target = self._read(flow.get("targetRef")).entry
                lead(source, target, condition_of(flow), is_default=flow.get("id") == node.get("default"))
        if "flows" not in source.__dict__:
            lead(source, self.spec.end)  # an end event, or a node where a path just ends (BPMN 2.0.2, 10.5.3)

    def _read(self, ident: str | None) -> Any:
        if ident not in self.nodes:
            self.raise_validation_exception(f"there is no {ident!r} in this scope")
        return self.nodes[str(ident)]

    def _begin(self, inside: list[Any]) -> None:
        """Tokens begin at start events or, where there is none, wherever nothing leads to (BPMN 2.0.2, 10.5.2)."""
        start = self.spec.start
        starts = [self._read(node.get("id")).task for node in inside if etree.QName(node).localname == "startEvent"]
        start.explicit = bool(starts)
        for task in starts:
            plain = isinstance(task.event_definition, NoneEventDefinition)
            (start.plain if plain else start.triggered).append(task.name)
        if not starts:
            start.plain.extend(self._read(node.get("id")).entry.name for node in inside if self._is_first(node))
        start.lead_on()
        insert_quantities(self.spec, loop_reading.quantities(self.node))

    def _is_first(self, node: Any) -> bool:
        kind = etree.QName(node).localname
        apart = kind == "boundaryEvent" or node.get("isForCompensation") == "true" or starts_by_event(node)
        caught = kind == "intermediateCatchEvent" and link_names(node)
        return not (apart or caught or self._read(node.get("id")).entry.inputs)


class HouseParser(BpmnParser):
    """The documents of one package (or one file) to its specs."""

    PROCESS_PARSER_CLASS = HouseProcessParser
    PARSER_CLASSES: ClassVar = {
        full_tag(tag): classes
        for tag, classes in {
            "startEvent": (EventParser, event_nodes.StartEvent),
            "endEvent": (EventParser, event_nodes.EndEvent),
            "userTask": (ActivityParser, specs.UserTask),
            "manualTask": (ActivityParser, specs.ManualTask),
            "task": (ActivityParser, specs.NoneTask),
            "serviceTask": (ActivityParser, specs.ServiceTask),
            "scriptTask": (ScriptTaskParser, specs.ScriptTask),
            "businessRuleTask": (BusinessRuleTaskParser, specs.BusinessRuleTask),
            "sendTask": (MessageTaskParser, event_nodes.SendTask),
            "receiveTask": (MessageTaskParser, event_nodes.ReceiveTask),
            "subProcess": (SubWorkflowParser, specs.SubWorkflowTask),
            "adHocSubProcess": (SubWorkflowParser, specs.AdHocSubprocess),
            "transaction": (SubWorkflowParser, specs.TransactionSubprocess),
            "callActivity": (CallActivityParser, specs.CallActivity),
            "exclusiveGateway": (GatewayParser, specs.ExclusiveGateway),
            "inclusiveGateway": (GatewayParser, InclusiveGateway),
            "parallelGateway": (GatewayParser, ParallelGateway),
            "complexGateway": (ComplexGatewayParser, ComplexGateway),
            "eventBasedGateway": (EventGatewayParser, event_nodes.EventBasedGateway),
            "intermediateCatchEvent": (EventParser, event_nodes.IntermediateCatchEvent),
            "intermediateThrowEvent": (EventParser, event_nodes.IntermediateThrowEvent),
            "boundaryEvent": (BoundaryEventParser, event_nodes.BoundaryEvent),
        }.items()
    }

    def __init__(self, decisions: Mapping[str, Decision], suffix: str = "") -> None:
        super().__init__()
        self.decisions = decisions
        self.suffix = suffix
        """how the processes go by beside other versions of themselves"""
        self.flows: dict[str, list[Any]] = {}
        """id of a flow node → the sequence flows that leave it, in whichever scope they are written down"""

    def add_bpmn_xml(self, bpmn: Any, filename: str | None = None) -> None:
        for flow in bpmn.iter(f"{BPMN}sequenceFlow"):
            self.flows.setdefault(flow.get("sourceRef", ""), []).append(flow)
        self.implied = implied_messages(bpmn)
        super().add_bpmn_xml(add_global_tasks(bpmn), filename)

    def process_of(self, node: Any) -> str:
        """Id of the process an element lies in, or is."""
        while node.tag != f"{BPMN}process":
            node = node.getparent()
        return f"{node.get('id')}{self.suffix}"

    def spec_name(self, node: Any) -> str:
        """The process's id; of an embedded subprocess, that and its own."""
        process = self.process_of(node)
        return process if node.tag == f"{BPMN}process" else f"{process}/{node.get('id')}"

    def create_parser(self, node: Any, filename: str | None = None, lane: str | None = None) -> None:
        super().create_parser(node, filename, lane)
        self.process_parsers[self.spec_name(node)] = self.process_parsers[node.get("id")]

    def _add_correlations(self, bpmn: Any) -> None:
        """Read by the house: with prefixes, with the keys and flows of the whole document."""
        self.correlations: Correlations = read_correlations(bpmn)

    def _add_data_stores(self, bpmn: Any) -> None:
        """Data stores are drawn for people; nothing is kept in them."""
