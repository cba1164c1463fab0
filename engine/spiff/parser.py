"""BPMN documents to specs. The XML has been read by the house, without entities, DTD or network, before this."""

# ruff: noqa: ARG002, D102 - SpiffWorkflow's own kind: the methods keep its signatures and meanings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser import event_parsers as spiff_events
from SpiffWorkflow.bpmn.parser import task_parsers as spiff_tasks
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition

from engine.decisions import Decision
from engine.spiff import events, loop_reading, loops, specs, timers
from engine.spiff.complex_gateways import ComplexGateway
from engine.spiff.joins import InclusiveGateway, ParallelGateway
from engine.spiff.messages import Correlations, Message, read_correlations, reference
from engine.spiff.quantities import insert_quantities

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DECISION_ATTRIBUTES = (
    "{urn:karguzar:bpmn:1}decision",
    "{http://camunda.org/schema/1.0/bpmn}decisionRef",
    "{http://flowable.org/bpmn}decisionRef",
)
DECISION_ELEMENTS = (
    "{urn:karguzar:bpmn:1}task",
    "{http://spiffworkflow.org/bpmn/schema/1.0/core}calledDecisionId",
    "{http://camunda.org/schema/zeebe/1.0}calledDecision",
)


class _Node:
    """What every node is read with: attributes without a namespace are seen (P7), data associations need no copying."""

    node: Any
    process_parser: Any
    spec: Any
    task: Any
    bpmn_id: str
    nsmap: Any
    raise_validation_exception: Any
    EVENT_SUBPROCESS_CLASS = specs.EventSubprocess

    def attribute(self, attribute: str, namespace: str | None = None, node: Any = None) -> str | None:
        value = (self.node if node is None else node).get(attribute)
        return None if value == "false" and attribute == "triggeredByEvent" else value

    def parse_incoming_data_references(self) -> list[Any]:
        return []

    def parse_outgoing_data_references(self) -> list[Any]:
        return []

    def parse_io_spec(self) -> None:
        """Variables belong to the process; a task needs no copy of some of them."""

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
        reader = IntermediateThrowEventParser(self.process_parser, None, definition, self.nsmap)
        kind = etree.QName(definition).localname.removesuffix("EventDefinition")
        return getattr(reader, f"parse_{kind}_event")(definition)

    def _add_boundary_event(self, children: list[Any]) -> Any:
        split = specs.BoundarySplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit", lane=self.task.lane)
        split.activity = self.task
        split.connect(self.task)
        for node in children:
            split.connect(self.process_parser.parse_node(node))
        return split


class _Event(_Node):
    """How event definitions are read."""

    spec_class: Any
    bpmn_attributes: dict[str, Any]

    @property
    def repeats(self) -> bool:
        """Whether a repetition starts a branch each time: only beside an activity it does not interrupt."""
        return self.node.get("cancelActivity") == "false"

    def parse_timer_event(self, event: Any) -> Any:
        cycle = timers.CycleTimer if self.repeats else timers.FirstOfCycle
        kinds = {"timeDate": timers.DateTimer, "timeDuration": timers.DurationTimer, "timeCycle": cycle}
        for child in event:
            name = etree.QName(child).localname
            if name in kinds:
                unique = f"{self.bpmn_id}/{event.getparent().index(event)}"
                return kinds[name](unique, (child.text or "").strip())
        return self.raise_validation_exception("a timer needs a timeDate, timeDuration or timeCycle")

    def parse_message_event(self, message_event: Any) -> Any:
        parser = self.process_parser.parser
        message = reference(message_event.get("messageRef"))
        if message not in parser.messages:
            self.raise_validation_exception(f"the message {message!r} is not declared in the file")
        keys = parser.correlations.of_message.get(message, {})
        return Message(parser.messages[message] or message, keys, self.bpmn_id)

    def parse_signal_event(self, signal_event: Any) -> Any:
        return events.Signal(super().parse_signal_event(signal_event).name)  # type: ignore[misc]

    def parse_error_event(self, error_event: Any) -> Any:
        read = super().parse_error_event(error_event)  # type: ignore[misc]
        return events.Error(read.name, read.code)

    def parse_escalation_event(self, escalation_event: Any) -> Any:
        read = super().parse_escalation_event(escalation_event)  # type: ignore[misc]
        return events.Escalation(read.name, read.code)

    def _create_task(self, event_definition: Any, cancel_activity: Any = None, parallel: Any = None) -> Any:
        if isinstance(event_definition, MultipleEventDefinition):
            event_definition = events.Multiple(event_definition.event_definitions, event_definition.parallel)
        # correlation is the house's own: SpiffWorkflow would gather its keys here
        kind = {} if cancel_activity is None else {"cancel_activity": cancel_activity}
        more = {} if parallel is None else {"parallel": parallel}
        task = self.spec_class(
            self.spec, self.bpmn_id, event_definition=event_definition, **self.bpmn_attributes, **kind, **more
        )
        task.sends_to = self.process_parser.parser.correlations.flows.get(self.bpmn_id, ())
        return task


class ActivityParser(_Node, TaskParser):
    """Tasks without a parser of their own."""


class GatewayParser(_Node, spiff_tasks.GatewayParser):
    """Parallel gateways."""


class ConditionalGatewayParser(_Node, spiff_tasks.ConditionalGatewayParser):
    """Exclusive and inclusive gateways."""


class ComplexGatewayParser(_Node, spiff_tasks.GatewayParser):
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

    def connect_outgoing(self, outgoing_task: Any, sequence_flow_node: Any, is_default: bool) -> None:
        if sequence_flow_node.get("id") == self.node.get("default"):
            self.task.default = outgoing_task.name
        self.task.connect_outgoing_if(self.parse_condition(sequence_flow_node), outgoing_task)


class CallActivityParser(_Node, spiff_tasks.CallActivityParser):
    """Call activities."""


class SubWorkflowParser(_Node, spiff_tasks.SubWorkflowParser):
    """Embedded subprocesses; their spec's name tells the process too, so that two packages may use one id."""

    def create_task(self) -> Any:
        task = super().create_task()
        task.spec = self.process_parser.parser.spec_name(self.node)
        return task


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


class StartEventParser(_Event, spiff_events.StartEventParser):
    """Start events."""


class EndEventParser(_Event, spiff_events.EndEventParser):
    """End events."""


class IntermediateCatchEventParser(_Event, spiff_events.IntermediateCatchEventParser):
    """Intermediate catch events."""


class IntermediateThrowEventParser(_Event, spiff_events.IntermediateThrowEventParser):
    """Intermediate throw events."""


class BoundaryEventParser(_Event, spiff_events.BoundaryEventParser):
    """Boundary events."""


class SendTaskParser(_Event, spiff_events.SendTaskParser):
    """Send tasks."""


class ReceiveTaskParser(_Event, spiff_events.ReceiveTaskParser):
    """Receive tasks."""


class EventBasedGatewayParser(_Event, spiff_events.EventBasedGatewayParser):
    """Event-based gateways."""


class HouseProcessParser(_Node, ProcessParser):
    """A process or embedded subprocess."""

    def create_spec(self) -> Any:
        if not self.process_executable:
            self.raise_validation_exception("the process is not executable")
        parser = self.parser
        spec = specs.ProcessSpec(
            parser.spec_name(self.node), parser.process_of(self.node), self.get_name(), self.filename
        )
        spec.subscriptions = parser.correlations.of_process.get(spec.name, {})
        return spec

    def add_tasks(self) -> None:
        """Start events stand side by side; the house's StartTask chooses among them."""
        starts = self.xpath("./bpmn:startEvent")
        if not starts:
            self.raise_validation_exception("there is no start event")
        for node in starts:
            self.parse_node(node)
        for node in self.xpath("./bpmn:subProcess[@triggeredByEvent='true']"):
            task = self.parse_node(node)
            self.spec.start.connect_or_add_trigger(task, self.parser.process_parsers[task.spec].get_spec())
        insert_quantities(self.spec, loop_reading.quantities(self.node))


class HouseParser(BpmnParser):
    """The documents of one package (or one file) to its specs."""

    PROCESS_PARSER_CLASS = HouseProcessParser
    PARSER_CLASSES: ClassVar = {
        full_tag(tag): classes
        for tag, classes in {
            "startEvent": (StartEventParser, specs.StartEvent),
            "endEvent": (EndEventParser, specs.EndEvent),
            "userTask": (ActivityParser, specs.UserTask),
            "manualTask": (ActivityParser, specs.ManualTask),
            "task": (ActivityParser, specs.NoneTask),
            "serviceTask": (ActivityParser, specs.ServiceTask),
            "scriptTask": (ScriptTaskParser, specs.ScriptTask),
            "businessRuleTask": (BusinessRuleTaskParser, specs.BusinessRuleTask),
            "sendTask": (SendTaskParser, specs.SendTask),
            "receiveTask": (ReceiveTaskParser, specs.ReceiveTask),
            "subProcess": (SubWorkflowParser, specs.SubWorkflowTask),
            "transaction": (SubWorkflowParser, specs.TransactionSubprocess),
            "callActivity": (CallActivityParser, specs.CallActivity),
            "exclusiveGateway": (ConditionalGatewayParser, specs.ExclusiveGateway),
            "inclusiveGateway": (ConditionalGatewayParser, InclusiveGateway),
            "parallelGateway": (GatewayParser, ParallelGateway),
            "complexGateway": (ComplexGatewayParser, ComplexGateway),
            "eventBasedGateway": (EventBasedGatewayParser, specs.EventBasedGateway),
            "intermediateCatchEvent": (IntermediateCatchEventParser, specs.IntermediateCatchEvent),
            "intermediateThrowEvent": (IntermediateThrowEventParser, specs.IntermediateThrowEvent),
            "boundaryEvent": (BoundaryEventParser, specs.BoundaryEvent),
        }.items()
    }

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        super().__init__()
        self.decisions = decisions

    def process_of(self, node: Any) -> str:
        """Id of the process an element lies in, or is."""
        while node.tag != f"{BPMN}process":
            node = node.getparent()
        return str(node.get("id"))

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


def decision_ref(node: Any) -> str | None:
    """The decision a business rule task names, in our namespace or in another tool's."""
    for attribute in DECISION_ATTRIBUTES:
        if node.get(attribute):
            return str(node.get(attribute))
    for child in node.iter(*DECISION_ELEMENTS):
        named = child.get("decision") or child.get("decisionId") or (child.text or "").strip()
        if named:
            return str(named)
    return None


def result_variable(node: Any) -> tuple[str | None, bool]:
    """The one variable another tool's model wants a decision's result in, and whether as a list of rows."""
    camunda = "{http://camunda.org/schema/1.0/bpmn}"
    if node.get(f"{camunda}resultVariable"):
        mapped = node.get(f"{camunda}mapDecisionResult", "resultList")
        return str(node.get(f"{camunda}resultVariable")), mapped == "resultList"
    zeebe = next(node.iter("{http://camunda.org/schema/zeebe/1.0}calledDecision"), None)
    return (zeebe.get("resultVariable") if zeebe is not None else None), False
