"""What the command line does, as functions: thin use cases for operators, designers and whoever verifies a document.

`lint`, `trace`, `scenario` and `verify` start neither a database nor the job engine.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.findings import Finding, Severity
from processes.errors import ProcessesError
from processes.limits import LINT_SECONDS, TRACE_SECONDS, CannotBeRead, TookTooLong, read_capped, time_limit
from processes.settings import Settings

Tell = Callable[[str], None]
MAX_DECISIONS = 100
"""files of decisions one folder may hold beside a bare diagram"""
MAX_ANSWERS = 20_000_000
"""bytes of a file of answers"""


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


def deploy_packages(settings: Settings, paths: Sequence[Path]) -> tuple[list[Any], list[Finding]]:
    """Deploy folders of packages, all or none: what each has come to, and the linter's findings.

    Nothing is deployed if one of the findings is an error.
    """
    from engine.errors import DefinitionRefused, PackageInvalid
    from processes.bootstrap import bootstrap
    from processes.deployment import Deploy, deploy

    office = bootstrap(settings)
    try:
        done = deploy(office, Deploy(folders=paths, by="command line"))
    except (PackageInvalid, DefinitionRefused) as error:
        return [], list(error.findings)
    except EngineError as error:
        raise ToolError(str(error)) from error
    finally:
        office.close()
    return list(done.packages), list(done.warnings)


def lint_paths(paths: Sequence[Path]) -> list[Finding]:
    """Findings of package folders and bare .bpmn files, in the order given; never raises for what they hold.

    A file or package that takes longer than LINT_SECONDS is refused.
    """
    from processes.deployment import shipped_folders

    folders = [path for path in paths if path.is_dir()]
    shipped = {folder.name for folder in shipped_folders()}
    packages, findings = _packages(folders)
    known = shipped | {package.key for package in packages}
    for path in paths:
        if path not in folders:
            findings += _guarded(str(path), partial(_lint_file, path))
    for package in packages:
        findings += _guarded(package.key, partial(_lint_package, package, known))
    return findings


def _packages(folders: Sequence[Path]) -> tuple[list[Any], list[Finding]]:
    """The packages that can be read, and findings about the others."""
    from engine.errors import PackageInvalid
    from engine.package import read_package

    packages: list[Any] = []
    findings: list[Finding] = []
    for folder in folders:
        try:
            packages.append(read_package(folder))
        except PackageInvalid as error:
            findings += error.findings
        except OSError as error:
            findings.append(_refused(str(folder), "package-folder", f"it cannot be read: {error.strerror}"))
    return packages, findings


def _lint_package(package: Any, known: set[str]) -> list[Finding]:
    from processes.deployment import check_packages

    return check_packages([package], known)


def _lint_file(path: Path) -> list[Finding]:
    from engine.errors import PackageInvalid
    from engine.lint import lint_bpmn

    try:
        return lint_bpmn(_whole(path), str(path), decisions_beside(path))
    except PackageInvalid as error:
        return list(error.findings)


def _guarded(file: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    """The findings of a check; one that takes too long, or cannot be carried out, is a finding itself."""
    try:
        with time_limit(LINT_SECONDS):
            return check()
    except TookTooLong as error:
        return [_refused(file, "time-limit", str(error))]
    except CannotBeRead as error:
        return [_refused(file, "file", str(error))]
    except Exception as error:  # noqa: BLE001 - a designer's file must never end in a traceback
        return [_refused(file, "not-understood", _misunderstood(error))]


def _misunderstood(error: BaseException | None) -> str:
    """What a designer is told of an error that should not have come, or that time is up."""
    if isinstance(error, TookTooLong):
        return str(error)
    return f"this file cannot be understood ({type(error).__name__}: {error})"


def _refused(file: str, rule: str, message: str) -> Finding:
    return Finding(file=file, element=None, rule=rule, severity=Severity.ERROR, message=message)


def _model(path: Path) -> bytes:
    """A file no bigger than what is refused for its size anyway."""
    from engine.lint import MAX_XML

    return read_capped(path, MAX_XML)


def _whole(path: Path) -> bytes:
    """A bare file with the BPMN files it imports from its own folder. :raises PackageInvalid:"""
    from engine.simulation import with_imports

    def read(location: str) -> bytes | None:
        beside = path.parent / location
        inside = location and beside.resolve().is_relative_to(path.parent.resolve())
        return _model(beside) if inside and beside.is_file() else None

    return with_imports(_model(path), path.name, read)


def decisions_beside(file: Path) -> dict[str, bytes]:
    """The .dmn files of a bare file's folder, where its business rule tasks find their decisions.

    The one of the diagram's own name comes last: where two hold a decision of one id, its wins.
    """
    if b"businessRuleTask" not in _model(file):
        return {}
    found = sorted((path.stem == file.stem, path) for path in file.parent.glob("*.dmn") if path.is_file())
    return {path.name: _model(path) for _, path in found[-MAX_DECISIONS:]}


def trace_file(
    file: Path, *, data: str, answers: Path | None, processes: Sequence[str], skip_timers: bool
) -> dict[str, Any]:
    """Run a .bpmn file in memory; the result's keys are status, path, data and error. It fails after TRACE_SECONDS."""
    from engine.simulation import TraceResult, TraceStatus, TraceStopped, trace
    from processes.clock import real_time

    status, told, path = TraceStatus.REFUSED, "", tuple[str, ...]()
    try:
        with time_limit(TRACE_SECONDS):
            source, first = _traced(file), _object(data, "--data")
            given = _object(read_capped(answers, MAX_ANSWERS), "--answers") if answers else {}
            status = TraceStatus.FAILED
            return trace(
                source,
                data=first,
                answers=given,
                processes=tuple(processes),
                skip_timers=skip_timers,
                now=real_time(),
            ).as_json()
    except TraceStopped as stopped:
        told, path = _misunderstood(stopped.__cause__), stopped.path
    except (EngineError, ProcessesError, ToolError) as error:
        told = str(error)
    except Exception as error:  # noqa: BLE001 - a designer's file must never end in a traceback
        told = _misunderstood(error)
    return TraceResult(status=status, path=path, error=told).as_json()


def _object(text: str | bytes, name: str) -> dict[str, Any]:
    """A JSON object from the command line or a file."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ToolError(f"{name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise ToolError(f"{name} must be a JSON object, not {type(found).__name__}")
    return found


def _traced(file: Path) -> Any:
    """A bare file as it is; the model of a package with the package around it and those it calls."""
    from engine.package import read_package
    from engine.simulation import BareFile
    from processes.deployment import shipped_folders

    if file.name != "process.bpmn" or not (file.parent / "process.toml").exists():
        return BareFile(bpmn=_whole(file), decisions=decisions_beside(file))
    root = read_package(file.parent)
    return [root, *(package for folder in shipped_folders() if (package := read_package(folder)).key != root.key)]


def run_scenarios(paths: Sequence[Path]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Run every scenario of the packages in memory: its name and what did not come as expected."""
    from engine.package import read_package
    from engine.simulation import run_scenario
    from processes.deployment import shipped_folders

    folders = {folder.resolve() for folder in [*shipped_folders(), *paths] if folder.is_dir()}
    try:
        packages = {folder: read_package(folder) for folder in sorted(folders)}
    except EngineError as error:
        raise ToolError(str(error)) from error
    known = {package.key: package for package in packages.values()}
    for path in paths:
        package = packages.get(path.resolve())
        if package is None:
            raise ToolError(f"{path} is no folder of a process package")
        for name, scenario in sorted(package.scenarios.items()):
            yield f"{package.key}/{name}", run_scenario(known, package, scenario)


def verify_paths(paths: Sequence[Path], trust: Path | None) -> list[Any]:
    """Validate files offline against the certificates and lists of a folder, each within caps of time and memory."""
    from processes.clock import real_time
    from processes.validating import Validator

    with Validator() as validator:
        return validator.verify_files(paths, trust, real_time())


def report_details(report: Any) -> dict[str, Any]:
    """A report in full, as plain data."""
    from signing.validation import as_details

    return as_details(report)


def report_xml(reports: Sequence[Any]) -> bytes:
    """Reports as ETSI TS 119 102-2 XML."""
    from signing.validation import as_xml

    return as_xml(reports)


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
