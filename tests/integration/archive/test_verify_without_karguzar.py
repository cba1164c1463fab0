"""The outside reader's page, followed to the letter: its commands are run as they stand there."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import rfc8785
import typst
from outside_programs import program

from engine.history import HistoryEvent
from signing.authority import PilotAuthority, Revoked, Subject
from signing.keys.pkcs12 import open_pkcs12
from signing.request import SignatureLevel, SignatureRequest
from signing.service import Signing

PAGE = Path(__file__).parents[3] / "docs" / "verify-without-karguzar.md"
CREATED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SIGNED = datetime(2026, 3, 19, 10, 30, 15, tzinfo=UTC)
PIN = "Şəhər-2026"
PASSPHRASE = "correct horse battery staple"
SOURCE = """
#let d = json(bytes(sys.inputs.at("data")))
#set document(title: "Anket", date: datetime(year: 2026, month: 3, day: 19))
#set text(lang: "az")
#pdf.attach("step.json", bytes(d.step), relationship: "data", mime-type: "application/json", description: "Step")
= Anket
"""


def _part(heading: str, *, before: bool) -> str:
    """What of the page stands before a heading; the part from there on stands for itself."""
    head, _, tail = PAGE.read_text(encoding="utf-8").partition(heading)
    return head if before else tail


@pytest.fixture(scope="module")
def commands() -> str:
    """The page's commands but the first block, in which the reader says what is at hand."""
    for name in ("pdfsig", "pdfdetach", "openssl", "bash"):
        program(name, "the page cannot be followed")
    _given, *rest = re.findall(r"```sh\n(.*?)```", _part("## 8.", before=True), re.DOTALL)
    return "\n".join(rest)


@dataclass
class Folder:
    """A case of three documents as an outside reader receives it."""

    path: Path
    commands: str
    authority: PilotAuthority
    serial: str

    def file(self, number: int) -> Path:
        return self.path / "case" / f"{number}.pdf"

    def follow(self, number: int = 2) -> str:
        given = f"CASE=case\nDOC=case/{number}.pdf\nTRUST=trust\n"
        done = subprocess.run(
            ["bash", "-u", "-c", given + self.commands],
            cwd=self.path,
            capture_output=True,
            timeout=120,
            check=False,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TMPDIR": str(self.path)},
        )
        return (done.stdout + done.stderr).decode()

    def write_lists(self, *revoked: Revoked, at: datetime) -> None:
        lists = {"issuing": self.authority.crl("issuing", revoked, at=at), "root": self.authority.crl("root", at=at)}
        self.authority.export_trust(self.path / "trust", lists)


class Office:
    """Makes signed documents with a chain, as an office does."""

    def __init__(self, authority: PilotAuthority) -> None:
        clock = lambda: SIGNED  # noqa: E731 - a clock that stands
        self.signing = Signing(clock=clock, timestamper=authority.timestamper(clock))
        subject = Subject(name="Əliyev Şükür", organisation="Agentlik", serial_number="AZ-1", country="AZ")
        self.enrolled = authority.enrol(subject, at=CREATED, profile="officer", pin=PIN)
        self.key = open_pkcs12(self.enrolled.pkcs12, PIN)
        self.case = str(uuid4())

    def document(self, number: str, level: SignatureLevel, **step: Any) -> tuple[bytes, dict[str, Any]]:
        """A signed document and the reference by which later ones name it."""
        identity = str(uuid4())
        expected = [{"field": "officer", "person": "Əliyev Şükür", "role": "operator"}]
        facts: dict[str, Any] = {
            "case": {"id": self.case},
            "document": identity,
            "expected_signatures": expected,
            "number": number,
        }
        data = rfc8785.dumps({"step": rfc8785.dumps({**facts, "karguzar": "step/1", **step}).decode()}).decode()
        standards: dict[str, Any] = {"pdf_standards": ["a-3b", "ua-1"], "sys_inputs": {"data": data}}
        pdf = self.signing.allot_fields(typst.compile(SOURCE.encode(), format="pdf", **standards), ["officer"])
        request = SignatureRequest(
            pdf=pdf,
            field="officer",
            certificate=self.key.certificate,
            chain=self.key.chain,
            level=level,
            claimed_at=SIGNED,
            name="Əliyev Şükür",
            reason="təsdiq",
            location="Bakı",
            certify=True,
        )
        signed = self.signing.sign(request, self.key).pdf
        reference = {"document": identity, "number": number, "sha256": sha256(signed).hexdigest(), "bytes": len(signed)}
        return signed, reference


def history_of(case: str) -> list[HistoryEvent]:
    events: list[HistoryEvent] = []
    for place in range(1, 4):
        event = HistoryEvent(
            instance_id=UUID(case),
            seq=place,
            at=SIGNED + timedelta(seconds=place),
            event="element.completed",
            definition_key="questionnaire-submission",
            element_id="yoxlama" if place > 1 else None,
            actor=None,
            payload=None,
            payload_digest="0" * 64,
            salt=None,
            previous=events[-1].sha256 if events else "",
            sha256="",
        )
        events.append(replace(event, sha256=event.link()))
    return events


def told(event: HistoryEvent) -> dict[str, Any]:
    """An event as the list of the dossier carries it."""
    return {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "event": event.event,
        "process": event.definition_key,
        "element": event.element_id,
        "actor": event.actor,
        "payload_digest": event.payload_digest,
        "previous": event.previous,
        "sha256": event.sha256,
    }


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, commands: str) -> Folder:
    """The case as it should be; nobody changes this one."""
    path = tmp_path_factory.mktemp("outside")
    authority = PilotAuthority.create(tmp_path_factory.mktemp("pki") / "authority", PASSPHRASE, at=CREATED)
    office = Office(authority)
    (path / "case").mkdir()
    first, one = office.document("R-1/1", SignatureLevel.B_B, previous=[], prepared_at="2026")
    second, two = office.document("R-1/2", SignatureLevel.B_T, previous=[one], prepared_at="2026")
    events = history_of(office.case)
    listed = [{**reference, "at": "2026", "element": "review", "kind": "step"} for reference in (one, two)]
    facts = {"documents": listed, "history": [told(event) for event in events], "history_head": events[-1].sha256}
    manifest, _three = office.document("R-1/3", SignatureLevel.B_T, previous=[two], kind="manifest", facts=facts)
    # the first document's level rises after the second one named it: bytes are appended, the reference holds
    raised = office.signing.raise_level(first, SignatureLevel.B_T).pdf
    assert raised.startswith(first)
    assert len(raised) > len(first)
    for number, pdf in enumerate((raised, second, manifest), start=1):
        (path / "case" / f"{number}.pdf").write_bytes(pdf)
    given = Folder(path, commands, authority, office.enrolled.serial)
    given.write_lists(at=SIGNED + timedelta(days=30))
    return given


@pytest.fixture
def folder(sound: Folder, tmp_path: Path) -> Folder:
    """A copy of the case, to be damaged."""
    return replace(sound, path=shutil.copytree(sound.path, tmp_path / "outside"))


def flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


def test_a_sound_case_is_confirmed_by_public_tools_alone(folder: Folder) -> None:
    answer = folder.follow()
    assert "Signature Validation: Signature is Valid." in answer
    assert "Total document signed" in answer
    assert "outside the signed bytes: the signature only" in answer
    assert "CMS Verification successful" in answer
    assert "Əliyev Şükür" in answer
    assert "Verification: OK" in answer
    assert "proven: Mar 19 10:30:15" in answer
    assert answer.count("signer.pem: OK") == 2
    assert answer.count("  unchanged R-1/1") == 2
    assert answer.count("  unchanged R-1/2") == 2
    assert "CHANGED" not in answer
    assert "MISSING" not in answer
    assert "history whole: 3 events" in answer


def test_a_timestamp_added_later_proves_the_time_of_a_signature_without_one(folder: Folder) -> None:
    answer = folder.follow(1)
    assert "timestamp over the file: Mar 19 10:30:15" in answer
    assert "CMS Verification successful" in answer
    assert answer.count("Verification: OK") == 1
    assert "proven: Mar 19 10:30:15" in answer
    assert answer.count("signer.pem: OK") == 2


def test_one_changed_byte_in_the_document_is_detected(folder: Folder) -> None:
    flip(folder.file(2), 700)
    answer = folder.follow()
    assert "Signature is Valid." not in answer
    assert "CMS Verification successful" not in answer
    assert "  CHANGED R-1/2" in answer


def test_one_changed_byte_in_an_earlier_document_is_named(folder: Folder) -> None:
    flip(folder.file(1), 700)
    answer = folder.follow()
    assert "CMS Verification successful" in answer
    assert answer.count("  CHANGED R-1/1") == 2


def test_a_document_taken_out_is_named(folder: Folder) -> None:
    folder.file(1).unlink()
    assert folder.follow().count("  MISSING R-1/1") == 2


def test_another_root_does_not_confirm_it(folder: Folder, tmp_path: Path) -> None:
    other = PilotAuthority.create(tmp_path / "other", PASSPHRASE, at=CREATED)
    other.export_trust(tmp_path / "elsewhere", {})
    shutil.copy(tmp_path / "elsewhere" / "root.pem", folder.path / "trust" / "root.pem")
    answer = folder.follow()
    assert "signer.pem: OK" not in answer
    assert "Verification: OK" not in answer


def test_a_revoked_certificate_is_named_with_its_date(folder: Folder) -> None:
    revoked = Revoked(serial=folder.serial, at=SIGNED - timedelta(days=1), reason="keyCompromise")
    folder.write_lists(revoked, at=SIGNED + timedelta(days=30))
    answer = folder.follow()
    assert "certificate revoked" in answer
    assert "Revocation Date: Mar 18 10:30:15 2026 GMT" in answer
