"""Pairs of models: one breaks a rule and no other, its twin differs in that one point and breaks none."""

from typing import NamedTuple

from .builders import HEAD, chain, flow

START = '<startEvent id="s"/>'
END = '<endEvent id="e"/>'
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
MESSAGE = '<message id="msg" name="msg"/>'
SIGNAL = '<signal id="sig" name="sig"/>'
ERROR = '<error id="err" errorCode="1"/>'
MESSAGED = '<messageEventDefinition messageRef="msg"/>'
SIGNALLED = '<signalEventDefinition signalRef="sig"/>'
COMPENSATION = "<compensateEventDefinition/>"
TASK = '<task id="t"/>'


class Pair(NamedTuple):
    """What breaks the rule, at which element, and its sound twin."""

    rule: str
    element: str | None
    bad: bytes
    good: bytes


def model(*parts: str, attributes: str = "") -> bytes:
    """A file of these root elements."""
    head = HEAD.replace('targetNamespace="urn:test"', f'targetNamespace="urn:test"{attributes}')
    return f"{head}{''.join(parts)}</definitions>".encode()


def process(*parts: str, name: str = "p", attributes: str = ' isExecutable="true"') -> str:
    """A process of these elements."""
    return f'<process id="{name}"{attributes}>{"".join(parts)}</process>'


def on_the_way(element: str, name: str = "t", *roots: str) -> bytes:
    """A process in which one node stands between start and end."""
    return model(*roots, process(START, element, END, chain("s", name, "e")))


def straight(*parts: str, roots: str = "") -> bytes:
    """A process that goes from start over the task t to the end, with something beside it."""
    return model(roots, process(START, TASK, END, chain("s", "t", "e"), *parts))


def boundary(trigger: str, attributes: str = "", roots: str = "", task: str = '<userTask id="u"/>') -> bytes:
    """A task u with a boundary event b."""
    event = f'<boundaryEvent id="b" attachedToRef="u"{attributes}>{trigger}</boundaryEvent><endEvent id="f"/>'
    return model(roots, process(START, task, event, END, chain("s", "u", "e"), flow("b", "f")))


def subprocess(*inner: str, name: str = "sub", tag: str = "subProcess", attributes: str = "") -> str:
    """A subprocess of these elements."""
    return f'<{tag} id="{name}"{attributes}>{"".join(inner)}</{tag}>'


def event_subprocess(trigger: str, attributes: str = "", name: str = "es") -> str:
    """An event subprocess of a start event and an end event."""
    start = f'<startEvent id="{name}0"{attributes}>{trigger}</startEvent><endEvent id="{name}1"/>'
    return subprocess(start, chain(f"{name}0", f"{name}1"), name=name, attributes=' triggeredByEvent="true"')


def pools(first: str, second: str, flows: str, roots: str = "") -> bytes:
    """Two pools, A of the process p and B of the process q, with message flows."""
    participants = '<participant id="A" processRef="p"/><participant id="B" processRef="q"/>'
    collaboration = f'<collaboration id="c">{participants}{flows}</collaboration>'
    return model(roots, collaboration, process(first), process(second, name="q"))


def message_flow(source: str, target: str, attributes: str = "") -> str:
    """A message flow m."""
    return f'<messageFlow id="m" sourceRef="{source}" targetRef="{target}"{attributes}/>'
