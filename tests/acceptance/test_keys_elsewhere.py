"""Officers sign with a program on their computer, and on their telephone; the pages say how it stands."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from local_agent import Agent, LocalAgent, listening
from playwright.sync_api import Browser

from acceptance import telephone
from acceptance.appeals import submit_quickly
from acceptance.newcomer import NAME, Watched, admit, key_file
from acceptance.person import Person
from acceptance.served_office import ROOT, Account, ServedOffice
from acceptance.test_own_keys import prepare_a_document
from acceptance.town import Town
from signing.algorithms import sign_with

SILENT = (
    "The program does not answer: is it running on this computer? Start it and try again. If your browser asks whether "
    "this site may reach programs on your computer, allow it."
)
KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def account(whole_town: Town, served: ServedOffice) -> Account:
    return admit(whole_town.another_browser("admin"), served, "sevda")


@pytest.fixture
def officer(town: Town, chromium: Browser, served: ServedOffice, account: Account) -> Iterator[Watched]:
    person = Watched(chromium, served, account)
    yield person
    # that nothing listens there is told by the page; the browser notes it too
    assert [trouble for trouble in person.troubles if "WebSocket connection to 'ws://127.0.0.1" not in trouble] == []
    person.close()


def certificates(served: ServedOffice, name: str = NAME) -> list[x509.Certificate]:
    """For the key of this module, and its issuers'."""
    file = key_file(served, name, KEY, old=False)
    store = pkcs12.load_pkcs12(file.content, file.pin.encode())
    assert store.cert is not None
    return [store.cert.certificate, *(each.certificate for each in store.additional_certs)]


@contextmanager
def running(served: ServedOffice, agent: LocalAgent) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(listening(agent, served.agent_port))
        yield


def test_an_officer_signs_with_a_program_on_their_computer(town: Town, officer: Watched, served: ServedOffice) -> None:
    own = certificates(served)[0].public_bytes(Encoding.DER)
    agent = LocalAgent(Agent(own, KEY))
    answer = officer.go("/me")
    assert f"connect-src 'self' ws://127.0.0.1:{served.agent_port};" in answer.headers["content-security-policy"]
    assert "connect-src 'self';" in officer.go("/inbox").headers["content-security-policy"]
    officer.go("/me")
    officer.press("Ask the program for my certificate")
    officer.reads(SILENT)
    officer.photo("agent-01-silent")
    with running(served, agent):
        agent.agent = Agent(certificates(served, "Başqa Adam")[0].public_bytes(Encoding.DER), KEY)
        officer.press("Ask the program for my certificate")
        officer.reads("The certificate names somebody else than you.")
        agent.agent = Agent(own, KEY)
        officer.press("Ask the program for my certificate")
        officer.reads("The certificate of your token or card is entered. The program asks you each time you sign.")
        officer.photo("agent-02-enrolled")
        prepare_a_document(officer, submit_quickly(town, "housing").number)
        officer.photo("agent-03-sign")
        agent.refuse = "action.canceled"
        officer.press("Sign the document")
        officer.sees("(action.canceled)", "form[data-agent]")
        agent.refuse, agent.agent = "", Agent(own, ec.generate_private_key(ec.SECP256R1()))
        officer.press("Sign the document")
        officer.reads("The signature does not belong to the certificate this document names.")
        officer.photo("agent-04-refused")
        agent.agent = Agent(own, KEY)
        officer.go("/sign/many")
        officer.reads("This key signs elsewhere, and you are asked there for each document: sign them one by one.")
        officer.photo("agent-05-many")
        officer.page.locator("[data-state] a").first.click()
        officer.press("Sign the document")
        officer.reads("Signed and safely kept")


def enrol_the_telephone(served: ServedOffice, folder: Path, login: str) -> None:
    """An administrator does it on the command line, from the certificate alone."""
    file = folder / "certificate.pem"
    key = certificates(served)
    file.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in key))
    command = [sys.executable, "-m", "web.cli", "key", "enrol", login, "phone", "+994501112233", "--certificate", file]
    environ = os.environ | {
        "KARGUZAR_HOME": str(served.home),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
    }
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_officer_signs_on_their_telephone(
    town: Town, officer: Watched, served: ServedOffice, account: Account, tmp_path: Path
) -> None:
    enrol_the_telephone(served, tmp_path, account.login)
    prepare_a_document(officer, submit_quickly(town, "housing").number)
    officer.photo("telephone-01-sign")
    ask(officer, served, questions=1)
    officer.sees("4711")
    officer.photo("telephone-02-waiting")

    officer.press("Stop waiting")
    officer.reads("The question was taken back. The document still waits for your signature.")
    (first,) = telephone.asked(served.telephone)
    assert first.with_suffix(".cancelled").exists()

    ask(officer, served, questions=2)
    telephone.answer(telephone.asked(served.telephone)[-1], b"")
    officer.reads("The signature was declined there, or it took too long.")

    ask(officer, served, questions=3)
    officer.page.reload()
    document = officer.page.url.removesuffix("/waiting")
    officer.page.goto("about:blank")
    served.killed_and_served_again()
    officer.go(document)  # the document's own page leads back to where one waits
    officer.page.wait_for_url("**/waiting")
    assert len(telephone.asked(served.telephone)) == 3, "nobody is asked again for what is asked already"
    question = telephone.asked(served.telephone)[-1]
    telephone.answer(question, sign_with(KEY, telephone.to_be_signed(question)))
    officer.reads("Signed and safely kept")
    link = officer.page.get_by_role("link", name=officer.words("Signed document (PDF)"))
    assert officer.get(link.get_attribute("href") or "").count(b"/SubFilter /ETSI.CAdES.detached") == 1, "signed once"
    assert len(telephone.asked(served.telephone)) == 3


def ask(officer: Person, served: ServedOffice, *, questions: int) -> None:
    officer.press("Ask on my other device")
    officer.reads("Waiting for you to sign on the other device")
    assert len(telephone.asked(served.telephone)) == questions
