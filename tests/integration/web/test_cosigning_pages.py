"""The pages of a document that several sign: shown exactly, who has signed, who is awaited, who refused and why."""

import re
from uuid import UUID

import pytest
from visitor import Visitor, work

from processes.closing import close_document
from processes.demo.people import demo_id
from processes.office import Office

DATABASES = ("sqlite",)
ACT = {
    "subject": "Su xəttinə baxış",
    "text": "Komissiya su xəttinə baxış keçirib, iki yerdə sızma var.",
    "members": [str(demo_id("person", login)) for login in ("executor1", "executor2", "executor3")],
    "quorum": "2",
}


def begin(visitor: Visitor, office: Office) -> str:
    """An act, signed by the secretary; the path of its case."""
    visitor.sign_in("clerk")
    visitor.get("/cases/new")
    visitor.get(visitor.link("/cases/new/joint-act/[0-9a-f-]+"))
    visitor.post(visitor.path, {"_case": visitor.field("_case"), "_action": "submit"})
    visitor.act("submit", ACT)
    assert visitor.path.startswith("/sign/"), visitor.errors
    visitor.sign("clerk")
    assert visitor.path.endswith("/receipt"), visitor.text
    assert "2 of these 3 have to sign" in visitor.text
    work(office)
    return visitor.link("/cases/[0-9a-f-]+")


def open_step(visitor: Visitor, login: str, case: str) -> str:
    visitor.sign_in(login)
    visitor.get(case)
    visitor.get(visitor.link("/tasks/[0-9a-f-]+"))
    return visitor.path


@pytest.mark.long
def test_members_sign_refuse_and_lose_on_the_pages(visitor: Visitor, office: Office) -> None:
    case = begin(visitor, office)
    visitor.get(case)
    document = visitor.link("/documents/[0-9a-f-]+.pdf")

    # a later signer does not see it, and a link does not let in
    visitor.sign_in("head")
    assert visitor.get(document).status_code == 403
    assert "it is not your turn yet" in visitor.text

    step = open_step(visitor, "executor1", case)
    assert "The document you are asked to sign" in visitor.text
    for language, title in (("kk", "Бірлескен акт"), ("az", "Birgə akt"), ("en", "Joint act")):
        visitor.get(f"{step}?lang={language}")
        assert re.search(rf"</b> · {title}, ", visitor.text), "the reader's language, not the document's"
    shown = visitor.get(f"{step}/document.pdf").data
    assert shown.startswith(b"%PDF-")
    visitor.get(step)
    visitor.act("submit", {"decision": "sign"})
    attempt = visitor.path
    assert visitor.get(f"{attempt}/document.pdf").data == shown

    # somebody else is faster: the page says who, and the document is prepared anew
    open_step(visitor, "executor2", case)
    visitor.act("submit", {"decision": "sign"})
    visitor.sign("executor2")
    assert visitor.path.endswith("/receipt")
    visitor.sign_in("executor1")
    visitor.get(attempt)
    assert visitor.path == step
    assert "has signed this document meanwhile" in visitor.text
    visitor.act("submit", {"decision": "sign"})
    assert visitor.path not in {attempt, step}
    visitor.sign("executor1")
    assert "not needed any more" in visitor.text

    visitor.sign_in("executor3")
    visitor.get(step)
    assert visitor.path == case  # done meanwhile, and not theirs
    assert visitor.get(attempt).status_code == 404

    open_step(visitor, "head", case)
    visitor.act("submit", {"decision": "refuse"})
    assert visitor.errors == ["Say why you do not sign: whoever drew up the act is told."]
    visitor.act("submit", {"decision": "refuse", "reason": "Tarix yoxdur."})
    visitor.sign("head")
    visitor.sign_in("clerk")
    visitor.get(case)
    assert "Tarix yoxdur." in visitor.text
    assert "The document has no effect" in visitor.text


@pytest.mark.long
def test_the_closed_act_says_so(visitor: Visitor, office: Office) -> None:
    case = begin(visitor, office)
    for login in ("executor1", "executor2", "head"):
        open_step(visitor, login, case)
        visitor.act("submit", {"decision": "sign"})
        visitor.sign(login)
    visitor.get(case)
    document = UUID(visitor.link("/documents/[0-9a-f-]+.pdf").removeprefix("/documents/").removesuffix(".pdf"))
    assert close_document(office, document) in {"closed", "nothing to close"}
    visitor.get(case)
    assert "nothing can be added to it" in visitor.text
