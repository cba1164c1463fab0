"""Event definitions of a BPMN document, as the events of a spec wait for or throw them."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.spiff import events, timers
from engine.spiff.messages import Message
from engine.spiff.reading import BPMN, unprefixed

DEFINITION = "EventDefinition"


class EventReader:
    """Reads the definitions of one event, in the order of the document; references are followed."""

    def __init__(self, process_parser: Any, node: Any, *, repeats: bool) -> None:
        self._process = process_parser
        self._parser = process_parser.parser
        self._node = node
        self._repeats = repeats
        """whether a repetition happens again and again: only where the event interrupts nothing"""

    def definition(self) -> Any | None:
        """What the event waits for or throws; None for an event without trigger. Raises ValidationException."""
        found = [self.one(element) for element in self._elements()]
        if len(found) > 1:
            return events.Multiple(found, parallel=self._node.get("parallelMultiple") == "true")
        return found[0] if found else None

    def _elements(self) -> list[Any]:
        found = []
        for child in self._node.iterchildren(tag=etree.Element):
            name = etree.QName(child).localname
            if child.tag == f"{BPMN}eventDefinitionRef":
                found.append(self._referred(child.text or ""))
            elif child.tag == f"{BPMN}{name}" and name.endswith(DEFINITION):
                found.append(child)
        return [one for one in found if etree.QName(one).localname != f"link{DEFINITION}"]

    def _referred(self, reference: str) -> Any:
        ident = unprefixed(reference)
        for element in self._node.getroottree().getroot().iterchildren(tag=etree.Element):
            if element.get("id") == ident and etree.QName(element).localname.endswith(DEFINITION):
                return element
        raise self._refused(f"there is no event definition {ident!r}")

    def one(self, element: Any) -> Any:
        """What a single event definition says. Raises ValidationException."""
        kind = etree.QName(element).localname.removesuffix(DEFINITION)
        read = self.KINDS.get(kind)
        if read is None:
            raise self._refused(f"a {kind} event is not supported")
        return read(self, element)

    def message(self, element: Any) -> Any:
        """The message an event definition, a send or a receive task names or means; None where there is none."""
        meant = self._parser.implied.get(element.get("id"))
        ident = element.get("messageRef") or meant
        if ident is None:
            return None
        known = self._parser.messages.get(unprefixed(ident)) if meant else self._declared(self._parser.messages, ident)
        name = known or unprefixed(ident)
        keys = self._parser.correlations.of_message.get(unprefixed(ident), {})
        return Message(name, keys, self._node.get("id"))

    def _message(self, element: Any) -> Any:
        return self.message(element) or self._refuse("the event names no message")

    def _signal(self, element: Any) -> Any:
        ident = element.get("signalRef")
        if ident is None:
            raise self._refused("the event names no signal")
        return events.Signal(self._declared(self._parser.signals, ident) or unprefixed(ident))

    def _error(self, element: Any) -> Any:
        ident = element.get("errorRef")
        known = self._declared(self._parser.errors, ident) if ident else {}
        return events.Error(known.get("name"), known.get("error_code"))

    def _escalation(self, element: Any) -> Any:
        ident = element.get("escalationRef")
        known = self._declared(self._parser.escalations, ident) if ident else {}
        return events.Escalation(known.get("name"), known.get("escalation_code"))

    def _timer(self, element: Any) -> Any:
        cycle = timers.CycleTimer if self._repeats else timers.FirstOfCycle
        kinds = {"timeDate": timers.DateTimer, "timeDuration": timers.DurationTimer, "timeCycle": cycle}
        for child in element.iterchildren(tag=etree.Element):
            name = etree.QName(child).localname
            if name in kinds:
                unique = f"{self._node.get('id')}/{element.getparent().index(element)}"
                return kinds[name](unique, (child.text or "").strip())
        raise self._refused("a timer needs a timeDate, timeDuration or timeCycle")

    def _condition(self, element: Any) -> Any:
        condition = element.find(f"{BPMN}condition")
        if condition is None or not (condition.text or "").strip():
            raise self._refused("the conditional event has no condition")
        return events.Condition(condition.text.strip())

    def _cancel(self, _element: Any) -> Any:
        return events.Cancel()

    def _terminate(self, _element: Any) -> Any:
        return events.Terminate()

    KINDS: ClassVar[Mapping[str, Callable[["EventReader", Any], Any]]] = {
        "message": _message,
        "signal": _signal,
        "error": _error,
        "escalation": _escalation,
        "timer": _timer,
        "conditional": _condition,
        "cancel": _cancel,
        "terminate": _terminate,
    }

    def _declared(self, known: Mapping[str, Any], reference: str) -> Any:
        ident = unprefixed(reference)
        if ident not in known:
            raise self._refused(f"{ident!r} is not declared in the file")
        return known[ident]

    def _refuse(self, message: str) -> Any:
        raise self._refused(message)

    def _refused(self, message: str) -> ValidationException:
        return ValidationException(message, self._node, self._process.filename)
