"""A package whose diagram has several executable processes: they are deployed together and talk to each other."""

from uuid import uuid4

from engine.lint import HandlerNames, lint_package
from engine.package import package_from_files, partners_of
from tests.integration.engine.conftest import Office
from tests.unit.engine_runtime.conftest import RESERVED
from tests.unit.engine_runtime.models import HEAD, TITLES, Model, variables

MANIFEST = f"""key = "asking"
register = "tests"
number = "T-{{year}}-{{seq:06}}"
document_type = "test"
access_level = "open"
retention_class = "test"
{TITLES}
[roles.clerk]
body = "case"
{TITLES}
[roles.expert]
body = "case"
{TITLES}
""" + variables(question="", answer="")


def two_pools() -> dict[str, bytes]:
    asking = Model("asking").path("start", "user:ask", "send", "hear", "end").lane("clerk", "ask")
    asking.message("intermediateThrowEvent", "send", "question")
    asking.message("intermediateCatchEvent", "hear", "answer")
    answering = Model("answering")
    answering.message("startEvent", "asked", "question")
    answering.path("asked", "user:think", "tell").lane("expert", "think")
    answering.message("endEvent", "tell", "answer")
    pools = '<bpmn:participant id="we" processRef="asking"/><bpmn:participant id="they" processRef="answering"/>'
    flows = (
        '<bpmn:messageFlow id="there" sourceRef="send" targetRef="asked"/>'
        '<bpmn:messageFlow id="back" sourceRef="tell" targetRef="hear"/>'
    )
    bodies = "".join(
        f'<bpmn:process id="{one.process}" isExecutable="true">{one.body()}</bpmn:process>'.replace(
            'id="flow_', f'id="{one.process}_flow_'
        ).replace('id="lanes"', f'id="{one.process}_lanes"')
        for one in (asking, answering)
    )
    roots = "".join(dict.fromkeys(asking.root + answering.root))
    talk = f'<bpmn:collaboration id="talk">{pools}{flows}</bpmn:collaboration>'
    diagram = f"{HEAD}{roots}{talk}{bodies}</bpmn:definitions>"
    return {"process.toml": MANIFEST.encode(), "process.bpmn": diagram.encode()}


def test_the_linter_sees_all_processes_of_the_package() -> None:
    package = package_from_files(two_pools())
    assert package.partners == ("answering",)
    found = lint_package(package, HandlerNames(), {"asking"})
    forms = {finding.element for finding in found if finding.rule == "task-form"}
    assert forms == {"ask", "think"}
    assert not [finding for finding in found if finding.rule in {"task-role", "element-known"}]


def test_both_processes_are_deployed_and_talk_to_each_other(office: Office) -> None:
    package = package_from_files(two_pools())
    [partner] = partners_of(package)
    assert (partner.key, partner.partners, set(partner.elements)) == (
        "answering",
        ("asking",),
        {"asked", "think", "tell"},
    )
    with office() as engine:
        assert engine.deploy(package, by="designer").key == "asking"
        assert [one.key for one in engine.definitions()] == ["answering", "asking"]
        assert engine.deploy(package, by="designer").version == 1
        case = uuid4()
        engine.start("asking", instance_id=case, variables=RESERVED, by="somebody")
    with office() as engine:
        [item] = engine.open_items(case)
        asked = engine.complete(item.id, version=item.version, by="clerk", variables={"question": "why"})
    with office() as engine:
        begins = engine.deliver_event(asked.events[0].event_id).begins
        assert begins is not None
        assert begins.definition_key == "answering"
        answering = uuid4()
        assert engine.note_begun(begins, answering)
        engine.start("answering", instance_id=answering, variables=RESERVED, by="engine", at=begins.at)
        [item] = engine.open_items(answering)
        assert (item.definition_key, item.role, item.data["question"]) == ("answering", "expert", "why")
        told = engine.complete(item.id, version=item.version, by="expert", variables={"answer": "because"})
        assert told.ended
    with office() as engine:
        advance = engine.deliver_event(told.events[0].event_id).advance
        assert advance is not None
        assert (advance.ended, advance.instance.id, advance.instance.variables["answer"]) == (True, case, "because")
