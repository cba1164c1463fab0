"""The pages of steps that their officer does not sign: sealed by the body, or recorded without a document."""

import sys
from pathlib import Path

from visitor import Visitor

from processes.office import Office

sys.path.insert(0, str(Path(__file__).parents[1] / "processes"))
from minutes import KEY, MODEL, deploy_minutes

DATABASES = ("sqlite",)
MINUTE = {"text": "Qeyd", "last": "yes", "state_secret": "no"}
PERSONAL = 'document="generic" signature="personal"'


def begin(visitor: Visitor, office: Office, said: str) -> str:
    """A minute to be written, in an office whose minutes say this of their signature; the path of its case."""
    deploy_minutes(office, model=MODEL.replace(PERSONAL, said))
    visitor.sign_in("head")
    visitor.get("/cases/new")
    visitor.get(visitor.link(f"/cases/new/{KEY}/[0-9a-f-]+"))
    visitor.post(visitor.path, {"_case": visitor.field("_case"), "_action": "submit"})
    return visitor.link("/cases/[0-9a-f-]{36}")


def test_a_step_is_sealed_after_its_officer_has_seen_it(visitor: Visitor, office: Office) -> None:
    case = begin(visitor, office, 'signature="seal"')
    assert "Go on to sealing" in visitor.text
    visitor.act("submit", MINUTE)
    assert visitor.path.startswith("/sign/"), visitor.errors
    assert "This step is sealed by the body, not signed by you." in visitor.text
    assert "PIN of your key" not in visitor.text
    visitor.post(f"{visitor.path}/seal", {})
    assert visitor.path.endswith("/receipt"), visitor.text
    visitor.get(case)
    assert "Sealed by the body" in visitor.text


def test_a_step_without_a_document_is_done_when_it_is_sent(visitor: Visitor, office: Office) -> None:
    case = begin(visitor, office, 'signature="none"')
    assert "This step makes no document" in visitor.text
    visitor.act("submit", MINUTE)
    assert visitor.path == case
    assert "The step is done. It stands in the case's history." in visitor.text
    assert "Not signed: the task asks for no document" in visitor.text
