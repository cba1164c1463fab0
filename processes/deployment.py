"""Reads, checks and deploys process packages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.definition import ProcessDefinition, ProcessPackage
from engine.errors import DefinitionRefused
from engine.findings import Finding
from engine.lint import HandlerNames, lint_package
from engine.package import read_package
from processes.handlers.catalogue import handler_names
from processes.office import Office
from processes.organisation import bodies
from processes.unit_of_work import UnitOfWork

PACKAGES = Path(__file__).parent.parent / "bpmn"
"""the packages that come with the product"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """Folders of process packages, to be deployed together or not at all."""

    folders: Sequence[Path]
    by: str


def shipped_folders() -> list[Path]:
    """The folders of the packages that come with the product."""
    return sorted(file.parent for file in PACKAGES.glob("*/process.toml"))


def check_packages(packages: Sequence[ProcessPackage], known: set[str]) -> list[Finding]:
    """Every finding of the linter; `known` processes may be called beside those of the packages themselves."""
    names = HandlerNames(**handler_names())
    called = known | {package.key for package in packages}
    return [finding for package in packages for finding in lint_package(package, names, called)]


def deploy(office: Office, request: Deploy) -> list[ProcessDefinition]:
    """Deploy packages atomically; one whose content is deployed already stays as it is.

    :raises PackageInvalid: a package cannot be read
    :raises DefinitionRefused: the linter found an error
    """
    packages = [read_package(folder) for folder in request.folders]
    with office.unit_of_work() as uow:
        known = {definition.key for definition in uow.engine.definitions()}
        errors = [finding for finding in check_packages(packages, known) if finding.severity == "error"]
        if errors:
            raise DefinitionRefused(errors)
        deployed = [uow.engine.deploy(package, by=request.by, place=_place(uow, package)) for package in packages]
        for definition in deployed:
            uow.audit.record(
                "process:definition:deploy",
                actor=request.by,
                subject=definition.key,
                details={"version": definition.version, "sha256": definition.sha256},
            )
        uow.commit()
    return deployed


def _place(uow: UnitOfWork, package: ProcessPackage) -> dict[str, str]:
    """Time zone and calendar its start timers and conditions read: those of the body whose cases they begin."""
    function = package.start.body
    known = [each for each in bodies(uow.session) if function is None or function in each.functions]
    return {"time_zone": known[0].time_zone, "calendar": known[0].calendar} if len(known) == 1 or function else {}
