"""`karguzar deploy`: all packages or none, the same content once, and said in words or JSON what it came to."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from processes.office import Office
from processes.settings import Settings
from processes.tables import AuditRow
from web.cli import main

ERRAND = Path(__file__).parent / "errand"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ERRAND, tmp_path / "errand"))


def run(settings: Settings, *words: object) -> Result:
    environ = {"KARGUZAR_HOME": str(settings.home), "KARGUZAR_DATABASE_URL": settings.database_url}
    return CliRunner().invoke(main, [str(word) for word in words], env=environ)


def told(settings: Settings, *words: object) -> tuple[int, dict[str, Any]]:
    result = run(settings, *words, "--format", "json")
    return result.exit_code, json.loads(result.stdout)


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def deployments(office: Office) -> list[str]:
    with office.reading() as uow:
        lines = sa.select(AuditRow.details).where(
            AuditRow.action == "process:definition:deploy", AuditRow.subject == "errand"
        )
        return [str(each["version"]) for each in uow.session.execute(lines.order_by(AuditRow.seq)).scalars()]


def test_the_same_content_is_deployed_once(settings: Settings, office: Office, folder: Path) -> None:
    status, first = told(settings, "deploy", folder)
    assert (status, [each["outcome"] for each in first["deployed"]]) == (0, ["new"])
    assert [finding["rule"] for finding in first["findings"]] == ["scenario-present"]
    again = run(settings, "deploy", folder, folder)
    assert again.exit_code == 0
    sha = first["deployed"][0]["sha256"]
    assert again.stdout.splitlines()[-1] == f"unchanged   errand version 1 ({sha[:12]})"
    assert deployments(office) == ["1"], "what changed nothing stands in no trail"


def test_an_older_content_again_is_said_not_to_be_the_newest(settings: Settings, office: Office, folder: Path) -> None:
    told(settings, "deploy", folder)
    rewrite(folder / "process.toml", 'en = "Errand" }', 'en = "Small errand" }')
    assert told(settings, "deploy", folder)[1]["deployed"][0]["version"] == 2
    result = run(settings, "deploy", ERRAND)
    assert result.exit_code == 0
    assert result.stdout.startswith("scenarios/") or "superseded  errand version 1" in result.stdout
    assert "cases begin with version 2" in result.stdout
    assert deployments(office) == ["1", "2"]


def test_one_bad_package_keeps_the_good_ones_out(settings: Settings, office: Office, folder: Path) -> None:
    bad = Path(shutil.copytree(folder, folder.with_name("bad")))
    rewrite(bad / "process.bpmn", 'calledElement="document-archival"', 'calledElement="nobody-knows-it"')
    rewrite(bad / "process.toml", 'key = "errand"', 'key = "other"')
    rewrite(bad / "process.bpmn", 'process id="errand"', 'process id="other"')
    rewrite(bad / "process.bpmn", 'bpmnElement="errand"', 'bpmnElement="other"')
    status, found = told(settings, "deploy", folder, bad)
    assert (status, found["deployed"]) == (1, [])
    assert [each["element"] for each in found["findings"] if each["severity"] == "error"] == ["archival_call"]
    assert deployments(office) == []
    in_words = run(settings, "deploy", bad, folder)
    assert in_words.exit_code == 1
    assert in_words.stderr == "nothing is deployed\n"


def test_what_is_no_package_is_refused_with_what_is_missing(settings: Settings, tmp_path: Path, folder: Path) -> None:
    status, found = told(settings, "deploy", folder, tmp_path / "nothing")
    assert (status, found["deployed"]) == (1, [])
    assert found["findings"]
    twice = Path(shutil.copytree(folder, tmp_path / "twin"))
    status, found = told(settings, "deploy", folder, twice)
    assert status == 1
    assert "two folders are process 'errand'" in found["findings"][0]["message"]


def test_scenarios_of_a_broken_package_are_told_in_a_line(settings: Settings, folder: Path) -> None:
    (folder / "process.toml").write_text("key = ", encoding="utf-8")
    result = run(settings, "scenario", folder)
    assert result.exit_code == 2
    assert result.stderr.startswith("karguzar: The process package cannot be read.")


def test_a_package_and_what_it_calls_are_deployed_together(settings: Settings, folder: Path) -> None:
    called = Path(shutil.copytree(folder, folder.with_name("called")))
    for file in called.glob("process.*"):
        file.write_text(file.read_text(encoding="utf-8").replace("errand", "called"), encoding="utf-8")
    rewrite(folder / "process.bpmn", 'calledElement="document-archival"', 'calledElement="called"')
    assert told(settings, "deploy", folder)[0] == 1
    status, found = told(settings, "deploy", folder, called)
    assert (status, [each["key"] for each in found["deployed"]]) == (0, ["errand", "called"])
