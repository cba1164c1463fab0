"""Event subprocesses beside what the models under tests/models show: several at once, and what a case tells of them."""

from collections.abc import Callable

from engine.history import MarkingState
from tests.unit.engine_runtime.conftest import Run
from tests.unit.engine_runtime.models import Model

Begin = Callable[..., Run]


def asked(*, interrupting: bool) -> Model:
    model = Model().path("start", "user:work", "end")
    inner = Model()
    inner.message("startEvent", "asked", "question", isInterrupting=str(interrupting).lower())
    inner.path("asked", "user:answer", "end:answered")
    model.root = inner.root
    model.subprocess("inquiry", inner, triggeredByEvent="true")
    return model


def test_each_message_begins_an_instance_of_its_own(run: Begin) -> None:
    case = run(asked(interrupting=False)).store()
    for number in range(3):
        assert case.case.deliver_message("question", {"number": number})
        case.store()
    assert case.waiting == ["answer", "answer", "answer", "work"]
    assert sorted(task.visit for task in case.case.human_tasks() if task.element == "answer") == [1, 2, 3]
    for _ in range(3):
        case.do("answer").store()
    assert case.waiting == ["work"]
    assert case.do("work").case.ended


def test_an_open_instance_keeps_the_scope_open_and_listening(run: Begin) -> None:
    case = run(asked(interrupting=False))
    case.case.deliver_message("question", {})
    case.do("work").store()
    assert not case.case.ended
    assert case.case.deliver_message("question", {})
    case.store().do("answer").store().do("answer")
    assert case.case.ended
    assert case.case.messages() == []


def test_an_interrupting_one_happens_once(run: Begin) -> None:
    case = run(asked(interrupting=True)).store()
    assert case.case.deliver_message("question", {})
    assert case.store().waiting == ["answer"]
    assert case.case.messages() == []
    assert not case.case.deliver_message("question", {})
    assert case.do("answer").case.ended


def test_what_merely_listens_is_not_told_as_a_place_the_case_stands_at(run: Begin) -> None:
    case = run(asked(interrupting=False)).store()
    assert {marking.element_id for marking in case.case.markings()} == {"start", "work"}
    [wait] = case.case.messages()
    assert (wait.element, wait.kind, wait.visit, wait.repeats) == ("asked", "startEvent", 1, True)
    case.case.deliver_message("question", {})
    states = {marking.element_id: marking.state for marking in case.store().case.markings()}
    assert states["asked"] is MarkingState.DONE
    assert states["answer"] is MarkingState.ACTIVE


def test_a_message_is_handed_to_the_one_that_was_told(run: Begin) -> None:
    model = Model().path("start", "and:split", "first", "end:one")
    model.path("split", "second", "end:two")
    model.message("receiveTask", "first", "reply", messageRef="message_reply")
    model.node("receiveTask", "second", messageRef="message_reply")
    case = run(model).store()
    waits = {wait.element: wait.task_id for wait in case.case.messages()}
    assert case.case.deliver_message("reply", {}, to=waits["second"])
    assert [wait.element for wait in case.store().case.messages()] == ["first"]
    assert not case.case.deliver_message("reply", {}, to=waits["second"])
    assert case.case.deliver_message("reply", {})
    assert case.case.ended
