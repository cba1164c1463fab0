"""What the command line does, as functions: thin use cases for operators, designers and whoever verifies a document.

`lint`, `trace`, `scenario` and `verify` start neither a database nor the job engine.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from engine.deadlines import WorkingCalendar
from engine.errors import EngineError
from engine.findings import Finding
from processes.settings import Settings

Tell = Callable[[str], None]
MAX_DECISIONS = 100
"""files of decisions one folder may hold beside a bare diagram"""


class ToolError(Exception):
    """The command cannot be carried out."""


def initialise_home(settings: Settings, *, demo: bool, tell: Tell) -> None:
    """Make the home or bring it up to date; with `demo`, found the demo office in it."""
    from processes.bootstrap import bootstrap, create_keys, initialise, is_initialised
    from processes.clock import Clock
    from processes.database import create_engine
    from processes.demo.people import FOUNDED
    from processes.trust import trust_pilot_authority

    fresh = not is_initialised(settings)
    if fresh:
        tell(f"Making the home {settings.home}: database, archive, pilot authority …")
    initialise(settings)
    if fresh:
        database = create_engine(settings.url)
        clock = Clock(database)
        # the pilot authority is as old as the demo, so that a tour may start in the past
        create_keys(settings, at=min(clock(), FOUNDED))
        database.dispose()
    office = bootstrap(settings)
    try:
        trust_pilot_authority(office)
        if demo:
            found_demo(office, tell)
    finally:
        office.close()


def found_demo(office: Any, tell: Tell) -> None:
    """Found the demo office if it is not there, and show its accounts once."""
    from processes.demo.founding import ACCOUNTS, accounts, found, is_founded

    if is_founded(office):
        return
    tell("Founding the demo office: bodies, people, certificates, signed appointments …")
    found(office)
    tell(f"\nThe demo's accounts, shown this once; they are kept in {office.settings.home / ACCOUNTS} (0600):")
    tell(f"  {'login':<22}{'password':<16}PIN for signing")
    for account in accounts(office.settings.home).values():
        tell(f"  {account.login:<22}{account.password:<16}{account.pin}")
    tell("")


def deploy_packages(settings: Settings, paths: Sequence[Path]) -> list[str]:
    """Deploy folders of packages, all or none."""
    from processes.bootstrap import bootstrap
    from processes.deployment import Deploy, deploy

    office = bootstrap(settings)
    try:
        deployed = deploy(office, Deploy(folders=paths, by="command line"))
    except EngineError as error:
        raise ToolError(str(error)) from error
    finally:
        office.close()
    return [f"{each.key} version {each.version} ({each.sha256[:12]})" for each in deployed]


def lint_paths(paths: Sequence[Path]) -> list[Finding]:
    """Findings of package folders and bare .bpmn files, in the order given."""
    from engine.errors import PackageInvalid
    from engine.lint import lint_bpmn
    from engine.package import read_package
    from processes.deployment import check_packages, shipped_folders

    findings: list[Finding] = []
    packages = []
    for path in paths:
        if path.is_dir():
            try:
                packages.append(read_package(path))
            except PackageInvalid as error:
                findings += error.findings
        else:
            findings += lint_bpmn(_read(path), str(path), decisions_beside(path))
    shipped = {folder.name for folder in shipped_folders()}
    return findings + check_packages(packages, shipped)


def decisions_beside(file: Path) -> dict[str, bytes]:
    """The .dmn files of a bare file's folder, where its business rule tasks find their decisions.

    The one of the diagram's own name comes last: where two hold a decision of one id, its wins.
    """
    if b"businessRuleTask" not in _read(file):
        return {}
    found = sorted((path.stem == file.stem, path) for path in file.parent.glob("*.dmn") if path.is_file())
    return {path.name: _read(path) for _, path in found[-MAX_DECISIONS:]}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror}") from error


def trace_file(
    file: Path, *, data: str, answers: Path | None, processes: Sequence[str], skip_timers: bool
) -> dict[str, Any]:
    """Run a .bpmn file in memory; the result's keys are status, path, data and error."""
    from engine.simulation import trace
    from processes.clock import real_time

    given = json.loads(_read(answers)) if answers else {}
    try:
        first = json.loads(data)
    except ValueError as error:
        raise ToolError(f"--data is no JSON: {error}") from error
    result = trace(
        _traced(file),
        data=first,
        answers=given,
        processes=tuple(processes),
        skip_timers=skip_timers,
        now=real_time(),
    )
    return result.as_json()


def _traced(file: Path) -> Any:
    """A bare file as it is; the model of a package with the package around it and those it calls."""
    from engine.package import read_package
    from engine.simulation import BareFile
    from processes.deployment import shipped_folders

    if file.name != "process.bpmn" or not (file.parent / "process.toml").exists():
        return BareFile(bpmn=_read(file), decisions=decisions_beside(file))
    root = read_package(file.parent)
    return [root, *(package for folder in shipped_folders() if (package := read_package(folder)).key != root.key)]


def run_scenarios(paths: Sequence[Path]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Run every scenario of the packages in memory: its name and what did not come as expected."""
    from engine.package import read_package
    from engine.simulation import run_scenario
    from processes.deployment import shipped_folders

    folders = {folder.resolve() for folder in [*shipped_folders(), *paths] if folder.is_dir()}
    packages = {folder: read_package(folder) for folder in sorted(folders)}
    known = {package.key: package for package in packages.values()}
    for path in paths:
        package = packages.get(path.resolve())
        if package is None:
            raise ToolError(f"{path} is no folder of a process package")
        for name, scenario in sorted(package.scenarios.items()):
            yield f"{package.key}/{name}", run_scenario(known, package, scenario)


def verify_paths(paths: Sequence[Path], trust: Path | None) -> list[Any]:
    """Validate files offline against the certificates and lists of a folder."""
    from processes.clock import real_time
    from signing.service import verify_files

    return verify_files(paths, trust, at=real_time())


def export_trust(settings: Settings, directory: Path) -> None:
    """The authority's certificates and fresh revocation lists."""
    from processes.bootstrap import bootstrap
    from processes.trust import export_trust as export

    office = bootstrap(settings)
    export(office, directory)
    office.close()


def revoke(settings: Settings, serial: str, reason: str) -> str:
    """Revoke a certificate; from the next list on, everybody can see it."""
    from processes.bootstrap import bootstrap
    from processes.use_cases.revoke_certificate import RevokeCertificate, revoke_certificate

    office = bootstrap(settings)
    try:
        revoke_certificate(office, RevokeCertificate(by=None, serial=serial, reason=reason))
    finally:
        office.close()
    return f"{serial} is revoked ({reason})"


def search_archive(settings: Settings, text: str) -> list[dict[str, Any]]:
    """Documents by their text, newest first; the operator of the machine sees all."""
    from archive.service import SearchQuery, Visibility
    from processes.bootstrap import bootstrap

    office = bootstrap(settings)
    with office.reading() as uow:
        page = uow.archive.search(SearchQuery(text=text), Visibility(owners=None, levels={}, cases=frozenset()))
        found = [
            {"id": str(each.id), "number": each.number, "type": each.type, "title": each.title, "sha256": each.sha256}
            for each in page.documents
        ]
    office.close()
    return found


def audit_archive(settings: Settings, *, tell: Tell) -> list[Any]:
    """Hash every blob again; what is missing or changed."""
    from processes.bootstrap import bootstrap

    office = bootstrap(settings)
    # the hashing takes long and reads only: no lock is held meanwhile
    with office.reading() as uow:
        report = uow.archive.check_fixity()
    with office.unit_of_work() as uow:
        uow.archive.record_fixity(report)
        uow.commit()
    office.close()
    tell(f"{report.checked} documents checked, {len(report.findings)} findings")
    for finding in report.findings:
        tell(str(finding))
    return list(report.findings)


def add_working_days(code: str, day: date, days: int) -> str:
    """The day so many working days after another, without an office's overrides."""
    return WorkingCalendar(code, {}).add_working_days(day, days).isoformat()
