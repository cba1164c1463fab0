"""Documents go out as a BagIt folder, are checked with public tools, and come in elsewhere with their history."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

import pytest
from click.testing import CliRunner
from rehearsal import ANSWERED, APPEAL, Rehearsal

from archive.errors import PackageRefused
from archive.packages import PackageShape, opened, proofs
from processes.archive_tools import check_exported
from processes.bootstrap import bootstrap
from processes.errors import NotFound
from processes.evidence import make_evidence
from processes.settings import Settings
from processes.use_cases.export_documents import ExportDocuments, export_documents
from processes.use_cases.import_package import ImportPackage, PackageBroken, import_package
from web.cli import main


@pytest.fixture
def package(rehearsal: Rehearsal, tmp_path: Path) -> Path:
    """All documents of an appeal that has been registered and resolved."""
    case = rehearsal.case(rehearsal.play(APPEAL, ANSWERED, until="resolution"))
    written = list(export_documents(rehearsal.office, ExportDocuments(target=tmp_path / "out", case=case.number)))
    with rehearsal.office.reading() as uow:
        archived = uow.archive.case_documents(case.id)
        assert [each.id for each in written] == [each.id for each in archived]
        assert all(uow.archive.custody(each.id)[-1].event == "exported" for each in archived)
    return tmp_path / "out"


def test_a_package_is_checked_with_public_tools_and_comes_back_as_it_was(rehearsal: Rehearsal, package: Path) -> None:
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", manifest], cwd=package, check=True)
    assert check_exported(package) == []
    assert {path.name for path in (package / "trust").iterdir()} >= {"root.pem", "issuing.pem", "tsa.pem"}
    documents = sorted((package / "data" / "documents").iterdir())
    page = (package / "index.html").read_text(encoding="utf-8")
    assert all(f'href="data/documents/{path.name}"' in page for path in documents)
    again = ImportPackage(package=package, body="executive")
    assert {each.state for each in import_package(rehearsal.office, again)} == {"kept"}
    told = json.loads(next((package / "data" / "metadata").iterdir()).read_text(encoding="utf-8"))
    assert told["custody"][0]["event"] == "accessioned"
    with pytest.raises(PackageRefused, match="exists"):
        list(export_documents(rehearsal.office, ExportDocuments(target=package, number=told["number"])))
    with pytest.raises(NotFound):
        list(export_documents(rehearsal.office, ExportDocuments(target=package, case="X-1")))


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_command_line_finds_gives_out_checks_and_takes_in(rehearsal: Rehearsal, tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        home = {"KARGUZAR_HOME": str(rehearsal.office.settings.home)}
        done = CliRunner().invoke(main, ["archive", *words], env=home)
        told[:] = done.stderr.splitlines()
        return done.exit_code, done.stdout

    told: list[str] = []

    def last(stage: str) -> tuple[int, int]:
        """How much the command said was done, of how much, when it ended."""
        found = [each for each in map(json.loads, told) if each["stage"] == stage]
        assert found[0]["done"] == 0 or stage == "checking"
        return found[-1]["done"], found[-1]["total"]

    old = tmp_path / "old"
    old.mkdir()
    (old / "a.txt").write_text("Su təchizatı haqqında məlumat", encoding="utf-8")
    (old / "index.csv").write_text("file,number,title,date\na.txt,M-7,Su,2009-05-04\nb.txt,M-8,Yox,2009-05-04\n")
    report = tmp_path / "refused.csv"
    code, printed = run("import", str(old), "--body", "executive", "--report", str(report), "--format", "json")
    assert (code, [each["state"] for each in json.loads(printed)]) == (1, ["taken", "refused"])
    assert last("taking in") == (2, 2)
    run("import", str(old), "--body", "executive")
    assert told[0] == "taking in: 0 of 2 documents"
    assert told[-1] == "taking in: 2 of 2 documents, 1 refused"
    assert "3,b.txt,file" in report.read_text(encoding="utf-8-sig")
    code, printed = run("search", "təchizatın", "--body", "executive", "--year", "2009", "--format", "json")
    [found] = json.loads(printed)
    assert (code, found["number"], found["dated_on"]) == (0, "M-7", "2009-05-04")
    assert run("search", "təchizatın", "--year", "2010") == (0, "")
    assert run("search", "--relevance", "--limit", "1")[1].startswith("M-7")
    package = str(tmp_path / "out")
    code, printed = run("export", package, "--number", "M-7", "--format", "json")
    assert (code, [each["number"] for each in json.loads(printed)]) == (0, ["M-7"])
    assert last("giving out") == (1, 1)
    assert run("export", package)[0] == 2, "of what?"
    assert run("check", package, "--format", "json") == (0, '{"sound": true, "findings": []}\n')
    assert last("checking")[0] > 5
    code, printed = run("import", package, "--body", "executive", "--format", "json")
    assert (code, [each["state"] for each in json.loads(printed)]) == (0, ["kept"])
    assert (last("checking")[0] > 5, last("taking in")) == (True, (1, 1))
    changed_byte(tmp_path / "out")
    code, printed = run("check", package, "--format", "json")
    assert (code, json.loads(printed)["sound"]) == (1, False)
    assert run("import", package, "--body", "executive")[0] == 2


def changed_byte(package: Path) -> None:
    file = min((package / "data" / "documents").iterdir())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def missing_file(package: Path) -> None:
    min((package / "data" / "documents").iterdir()).unlink()


def added_file(package: Path) -> None:
    (package / "data" / "documents" / "9999-more.pdf").write_bytes(b"%PDF-1.7")


def other_history(package: Path) -> None:
    """Somebody changed what happened to a document, and made the manifests fit."""
    file = min((package / "data" / "metadata").iterdir())
    told = json.loads(file.read_text(encoding="utf-8"))
    told["custody"][0]["actor"] = "somebody else"
    file.write_text(json.dumps(told), encoding="utf-8")
    for name, below in (("manifest-sha256.txt", "data"), ("tagmanifest-sha256.txt", "")):
        names = [line.split("  ", 1)[1] for line in (package / name).read_text().splitlines()]
        made = subprocess.run(["sha256sum", *names], cwd=package, check=True, capture_output=True)
        assert all(each.startswith(below) for each in names)
        (package / name).write_bytes(made.stdout)


def outside(package: Path) -> None:
    with (package / "manifest-sha256.txt").open("a") as file:
        file.write(f"{'0' * 64}  ../../etc/passwd\n")


HARMS: Mapping[Callable[[Path], None], str] = {
    changed_byte: "changed",
    missing_file: "missing",
    added_file: "added",
    other_history: "custody",
    outside: "names no file of the package",
}


def test_whatever_was_done_to_a_package_is_named_and_nothing_taken(
    rehearsal: Rehearsal, package: Path, tmp_path: Path
) -> None:
    for harm, finding in HARMS.items():
        broken = tmp_path / harm.__name__
        shutil.copytree(package, broken)
        harm(broken)
        assert any(finding in each for each in check_exported(broken)), check_exported(broken)
        with pytest.raises((PackageBroken, PackageRefused)):
            list(import_package(rehearsal.office, ImportPackage(package=broken, body="executive")))


def test_every_format_comes_back_and_evidence_over_other_files_is_found(
    rehearsal: Rehearsal, package: Path, tmp_path: Path
) -> None:
    told = json.loads(next((package / "data" / "metadata").iterdir()).read_text(encoding="utf-8"))
    make_evidence(rehearsal.office)
    for shape in (PackageShape.SIP, PackageShape.ASICE):
        target = tmp_path / shape
        list(export_documents(rehearsal.office, ExportDocuments(target=target, shape=shape, number=told["number"])))
        assert check_exported(target) == []
        again = ImportPackage(package=target, body="executive")
        assert [each.state for each in import_package(rehearsal.office, again)] == ["kept"]
    with opened(tmp_path / PackageShape.ASICE) as folder:
        assert [len(files) > 1 for _, files in proofs(folder)] == [True, False], "of them together, and of the document"
        for manifest in (folder / "META-INF").glob("*.xml"):
            text = manifest.read_text(encoding="utf-8")
            first = text.index("<asic:DataObjectReference")
            end = text.index("</asic:DataObjectReference>") + len("</asic:DataObjectReference>")
            manifest.write_text(text[:first] + text[end:], encoding="utf-8")
            (folder / unquote(text[first:end].partition('URI="')[2].partition('"')[0])).unlink(missing_ok=True)
        with pytest.raises(PackageBroken, match="evidence does not prove"):
            list(import_package(rehearsal.office, ImportPackage(package=folder, body="executive")))


def test_another_archive_takes_the_documents_in_with_their_history(
    rehearsal: Rehearsal, package: Path, tmp_path: Path, copied: Callable[[str, Path], AbstractContextManager[Settings]]
) -> None:
    with copied("sqlite", tmp_path / "elsewhere") as settings:
        elsewhere = bootstrap(settings)
        request = ImportPackage(package=package, body="housing")
        taken = list(import_package(elsewhere, request))
        assert {each.state for each in taken} == {"taken"}
        assert {each.state for each in import_package(elsewhere, request)} == {"kept"}
        for path in (package / "data" / "metadata").iterdir():
            document_id = UUID(json.loads(path.read_text(encoding="utf-8"))["id"])
            with rehearsal.office.reading() as here, elsewhere.reading() as there:
                before, after = here.archive.document(document_id), there.archive.document(document_id)
                assert (after.sha256, after.number, after.level) == (before.sha256, before.number, before.level)
                assert after.owner == str(rehearsal.body("housing"))
                assert there.archive.fetch(document_id) == here.archive.fetch(document_id)
                assert [each.event for each in there.archive.custody(document_id)] == ["accessioned", "imported"]
                there.archive.verify_custody(document_id)
                known = [each["event"] for each in after.properties["origin"]["custody"]]
                assert known == [each.event for each in here.archive.custody(document_id)][:-1], "all but the export"
        elsewhere.close()
