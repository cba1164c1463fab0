"""Which version a call activity calls: the newest at the start or at the call, a named one, the deployment's."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from engine.definition import ProcessPackage
from engine.errors import DefinitionNotFound
from engine.service import Engine
from tests.integration.engine.conftest import NOW, Office
from tests.unit.engine_runtime.conftest import RESERVED
from tests.unit.engine_runtime.models import Model, variables

CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
SEEN = variables(seen="")


def called(said: str) -> ProcessPackage:
    """Says which version it is, then waits for a clerk."""
    model = Model("called").path("start", "say", "user:inside", "end").lane("clerk", "inside")
    model.script("say", f"seen = {said!r}")
    return model.package(SEEN)


def caller(binding: str, key: str = "caller") -> ProcessPackage:
    model = Model(key).path("start", "user:before", "call", "user:after", "end").lane("clerk", "before", "after")
    extension = f"<bpmn:extensionElements>{binding}</bpmn:extensionElements>" if binding.startswith("<") else ""
    model.node("callActivity", "call", extension, calledElement="called")
    if binding and not extension:
        model.nodes["call"] = model.nodes["call"].replace("<bpmn:callActivity ", f"<bpmn:callActivity {binding} ")
    return model.package(SEEN)


def begin(engine: Engine, key: str = "caller") -> UUID:
    case = uuid4()
    engine.start(key, instance_id=case, variables=RESERVED, by="somebody")
    return case


def do(engine: Engine, case: UUID, element: str) -> None:
    [item] = [item for item in engine.open_items(case) if item.element_id == element]
    engine.complete(item.id, version=item.version, by="clerk", variables={})


def inside(engine: Engine, case: UUID) -> tuple[str, int]:
    """What the called process said, and the version its step is of."""
    [item] = engine.open_items(case)
    assert (item.element_id, item.definition_key) == ("inside", "called")
    return item.data["seen"], item.definition_version


LATEST = '<karguzar:call binding="latest"/>'
FIRST = '<karguzar:call binding="version" version="1"/>'
TOGETHER = '<karguzar:call binding="deployment"/>'


@pytest.mark.parametrize(
    ("binding", "said"),
    [
        ("", ("two", 2)),
        (LATEST, ("three", 3)),
        (FIRST, ("one", 1)),
        (TOGETHER, ("one", 1)),
        (f'{CAMUNDA} camunda:calledElementBinding="latest"', ("three", 3)),
        (f'{CAMUNDA} camunda:calledElementBinding="version" camunda:calledElementVersion="1"', ("one", 1)),
    ],
)
def test_a_redeployment_changes_what_is_called_as_the_binding_says(
    office: Office, binding: str, said: tuple[str, int]
) -> None:
    together = uuid4()
    with office() as engine:
        engine.deploy(called("one"), by="designer", deployment=together)
        engine.deploy(caller(binding), by="designer", deployment=together)
    with office(NOW + timedelta(hours=1)) as engine:
        engine.deploy(called("two"), by="designer")
        case = begin(engine)
    with office(NOW + timedelta(hours=2)) as engine:
        engine.deploy(called("three"), by="designer")
    with office(NOW + timedelta(hours=3)) as engine:
        do(engine, case, "before")
        assert inside(engine, case) == said
    with office(NOW + timedelta(hours=4)) as engine:
        engine.deploy(called("four"), by="designer")
        assert {(one.definition_key, one.element_id) for one in engine.markings(case)} >= {("called", "inside")}
    with office(NOW + timedelta(hours=5)) as engine:
        assert inside(engine, case) == said, "a call that runs stays what it is"
        do(engine, case, "inside")
        do(engine, case, "after")
        assert engine.lock(case).status == "completed"
        assert engine.lock(case).variables["seen"] == said[0]
        assert {one.definition_key for one in engine.history(case)} == {"caller", "called"}


def test_deployed_together_again_a_call_is_bound_to_the_new_deployment(office: Office) -> None:
    for hour, said in enumerate(("one", "two")):
        with office(NOW + timedelta(hours=hour)) as engine:
            together = uuid4()
            engine.deploy(called(said), by="designer", deployment=together)
            engine.deploy(caller(TOGETHER), by="designer", deployment=together)
    with office(NOW + timedelta(hours=3)) as engine:
        engine.deploy(called("three"), by="designer")
        case = begin(engine)
        do(engine, case, "before")
        assert inside(engine, case) == ("two", 2)


def test_a_case_does_not_begin_when_what_it_is_bound_to_is_not_there(office: Office) -> None:
    with office() as engine:
        engine.deploy(called("one"), by="designer")
        engine.deploy(caller(TOGETHER), by="designer")
        with pytest.raises(DefinitionNotFound):
            begin(engine)
        engine.deploy(caller(FIRST.replace('"1"', '"7"')), by="designer")
        with pytest.raises(DefinitionNotFound, match="version 7"):
            begin(engine)


def test_one_case_may_call_several_versions(office: Office) -> None:
    model = Model("caller").path("start", "first", "newest", "end")
    for ident, binding in (("first", FIRST), ("newest", LATEST)):
        extension = f"<bpmn:extensionElements>{binding}</bpmn:extensionElements>"
        model.node("callActivity", ident, extension, calledElement="called")
    with office() as engine:
        engine.deploy(called("one"), by="designer")
        engine.deploy(called("two"), by="designer")
        engine.deploy(model.package(SEEN), by="designer")
        case = begin(engine)
        assert inside(engine, case) == ("one", 1)
        engine.deploy(called("three"), by="designer")
    with office() as engine:
        do(engine, case, "inside")
        assert inside(engine, case) == ("three", 3)
        do(engine, case, "inside")
        assert engine.lock(case).status == "completed"
