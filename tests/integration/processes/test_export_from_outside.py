"""A folder the archive gave out, checked by the page for outside readers, whose commands run as they stand there."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from outside_programs import program

from archive.service import Accession
from processes.evidence import make_evidence, renew_hash_trees
from processes.evidence_records import term_of
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


def give_out(office: Office, target: Path) -> Path:
    assert len(list(export_documents(office, ExportDocuments(target=target, number="X-1")))) == 1
    return target


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
    return give_out(office, tmp_path / "bag")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_colleague_confirms_one_document_and_finds_one_changed_byte(bag: Path, follow: Follow) -> None:
    sound = follow(bag)
    assert "the folder is as it was made" in sound
    assert "custody: 3 events" in sound
    assert "description: as it was taken in" in sound
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


def listed_anew(bag: Path) -> None:
    """Whoever changes a folder writes its lists anew, too."""
    for name, files in (
        ("manifest-sha256.txt", sorted(each for each in (bag / "data").rglob("*") if each.is_file())),
        ("tagmanifest-sha256.txt", [bag / name for name in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")]),
    ):
        lines = [f"{sha256(each.read_bytes()).hexdigest()}  {each.relative_to(bag)}\n" for each in files]
        (bag / name).write_text("".join(lines), encoding="utf-8")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_whatever_is_missing_changed_added_or_swapped_is_found_from_the_folder_alone(bag: Path, follow: Follow) -> None:
    [document] = (bag / "data" / "documents").iterdir()
    custody = bag / "data" / "evidence" / f"{NAME}.custody.jsonl"
    metadata = bag / "data" / "metadata" / f"{NAME}.json"
    record = bag / "data" / "evidence" / f"{NAME}.document.ers"
    lines = custody.read_text(encoding="utf-8").splitlines(keepends=True)
    facts = json.loads(metadata.read_bytes())
    imprint = record.read_bytes().index(bytes.fromhex("0420"), 200)  # a neighbour's hash, or the imprint in the token

    def bits(content: bytes, place: int) -> bytes:
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    def changed_row(**values: object) -> str:
        return json.dumps({**facts, **values})

    rewritten = [
        {**facts["custody"][0], "details": {**facts["custody"][0]["details"], "bytes": 1}},
        *facts["custody"][1:],
    ]
    damages: list[tuple[Path, bytes | str | None, str]] = [
        (document, None, "FAILED open or read"),
        (document, bits(document.read_bytes(), 4), "NOT THESE BYTES"),
        (document, b"%PDF document 1", "NOT THESE BYTES"),
        (metadata, changed_row(title="another"), "description CHANGED"),
        (metadata, changed_row(custody=rewritten), "details CHANGED of event 1"),
        (custody, "".join(lines).replace('"actor":"clerk"', '"actor":"nobody"', 1), "custody BROKEN at: "),
        (custody, "".join([lines[0], lines[2]]), "custody BROKEN at: "),
        (custody, "".join([lines[1], lines[0], lines[2]]), "custody BROKEN at: "),
        (custody, "".join([*lines[:2], lines[1], lines[2]]), "custody BROKEN at: "),
        (custody, lines[0], "custody REWRITTEN before event 2"),
        (record, bits(record.read_bytes(), imprint + 5), "NOT CONFIRMED"),
        (document.with_name("0002-slipped-in.pdf"), b"%PDF", "0002-slipped-in.pdf: ADDED"),
    ]
    for file, content, told in damages:
        before = file.read_bytes() if file.exists() else None
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content.encode() if isinstance(content, str) else content)
            if not told.endswith("ADDED"):
                listed_anew(bag)
        assert told in follow(bag), (file.name, told)
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_bytes(before)
        listed_anew(bag)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_evidence_renewed_by_timestamp_and_by_hash_tree_is_confirmed(
    office: Office, bag: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del bag
    make_evidence(office)
    with office.reading() as uow:
        term = term_of(office, uow.archive.evidence.batch(1))
    assert term is not None
    later = term.until - timedelta(days=office.settings.renew_days) + timedelta(hours=1)
    monkeypatch.setattr(office.clock, "_real", lambda: later)
    make_evidence(office)
    renew_hash_trees(office, "sha512")
    renewed = give_out(office, tmp_path / "renewed")
    told = follow(renewed)
    assert told.count("(sha256)") == 4, told
    assert told.count("(sha512)") == 2
    assert "custody proven up to event 4" in told
    assert "NOT " not in told
    [document] = (renewed / "data" / "documents").iterdir()
    document.write_bytes(document.read_bytes() + b" ")
    assert "NOT THESE BYTES" in follow(renewed)
