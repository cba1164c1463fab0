"""A folder the archive gave out, checked by the page for outside readers, whose commands run as they stand there."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from outside_programs import program

from archive.service import Accession
from processes.evidence import make_evidence
from processes.office import Office
from processes.use_cases.export_documents import ExportDocuments, export_documents

PAGE = Path(__file__).parents[3] / "docs" / "verify-without-karguzar.md"
NAME = "0001-X-1"
Follow = Callable[[Path], str]


@pytest.fixture
def follow() -> Follow:
    """Run the commands of part 8 but the first block, in which the reader says what is at hand."""
    for name in ("openssl", "bash", "basenc"):
        program(name, "the page cannot be followed")
    part = PAGE.read_text(encoding="utf-8").partition("## 8.")[2]
    _given, *blocks = re.findall(r"```sh\n(.*?)```", part, re.DOTALL)

    def run(bag: Path) -> str:
        given = f"BAG={bag.name}\nNAME={NAME}\nROOT=$BAG/trust/root.pem\n"
        done = subprocess.run(
            ["bash", "-u", "-c", given + "\n".join(blocks)],
            cwd=bag.parent,
            capture_output=True,
            timeout=300,
            check=False,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TMPDIR": str(bag.parent)},
        )
        return (done.stdout + done.stderr).decode()

    return run


@pytest.fixture
def bag(office: Office, tmp_path: Path) -> Path:
    """A document with a later revision that no evidence covers yet, among others, given out."""
    identity = uuid4()
    with office.unit_of_work() as uow:
        for number in range(4):
            blob = office.blobs.put(b"%%PDF document %d" % number)
            uow.archive.accession(
                Accession(
                    id=identity if not number else uuid4(),
                    owner="body",
                    number=f"X-{number + 1}",
                    type="answer",
                    title="t",
                    blob=blob,
                ),
                actor="clerk",
            )
        uow.archive.record_event(identity, "viewed", "clerk", {"why": "asked"})
        uow.commit()
    make_evidence(office)
    longer = office.blobs.put(b"%PDF document 0 and a timestamp")
    with office.unit_of_work() as uow:
        uow.archive.add_revision(identity, longer, level="B-T", reason="level", actor="system")
        uow.commit()
    target = tmp_path / "bag"
    assert len(list(export_documents(office, ExportDocuments(target=target, number="X-1")))) == 1
    return target


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_colleague_confirms_one_document_and_finds_one_changed_byte(bag: Path, follow: Follow) -> None:
    sound = follow(bag)
    assert "the folder is as it was made" in sound
    assert "custody: 3 events" in sound
    assert sound.count("Verification: OK") == 2, sound
    assert sound.count(" existed: ") == 2
    assert "custody proven up to event 2" in sound
    assert "BROKEN" not in sound
    assert "NOT " not in sound

    [document] = (bag / "data" / "documents").iterdir()
    content = document.read_bytes()
    document.write_bytes(b"%pDF" + content[4:])
    changed = follow(bag)
    assert f"data/documents/{document.name}: FAILED" in changed
    assert "NOT THESE BYTES" in changed
    assert changed.count(" existed: ") == 1
    document.write_bytes(content)

    custody = bag / "data" / "evidence" / f"{NAME}.custody.jsonl"
    lines = custody.read_text(encoding="utf-8")
    custody.write_text(lines.replace('"actor":"clerk"', '"actor":"nobody"', 1), encoding="utf-8")
    broken = follow(bag)
    assert "custody BROKEN at: " in broken
    custody.write_text(lines, encoding="utf-8")

    record = bag / "data" / "evidence" / f"{NAME}.document.ers"
    data = bytearray(record.read_bytes())
    place = data.index(bytes.fromhex("0420"), 200)  # a neighbour's hash, or the imprint in the token
    data[place + 5] ^= 1
    record.write_bytes(data)
    assert "NOT CONFIRMED" in follow(bag)
