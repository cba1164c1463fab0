"""Reads, checks and deploys process packages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from engine.definition import ProcessDefinition, ProcessPackage
from engine.errors import DefinitionRefused, PackageInvalid
from engine.findings import Finding, Severity
from engine.lint import HandlerNames, lint_package
from engine.package import read_package
from processes.handlers.catalogue import handler_names
from processes.office import Office
from processes.organisation import bodies
from processes.tables import CandidateRoleRow, MandateRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.return_lost_work import return_lost_work

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
    called = known | {key for package in packages for key in (package.key, *package.partners)}
    return [finding for package in packages for finding in lint_package(package, names, called)]


class Outcome(StrEnum):
    """What deploying a package has come to."""

    NEW = "new"
    """cases that begin from now on run by it"""
    UNCHANGED = "unchanged"
    """its content is the newest version's already"""
    SUPERSEDED = "superseded"
    """its content is an older version's; the newest one stays what cases begin with"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A package that was deployed, now or before."""

    definition: ProcessDefinition
    outcome: Outcome
    newest: int
    """the version that cases begin with"""

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "key": self.definition.key,
            "version": self.definition.version,
            "sha256": self.definition.sha256,
            "outcome": str(self.outcome),
            "newest": self.newest,
        }

    def __str__(self) -> str:
        found = self.definition
        text = f"{self.outcome:11} {found.key} version {found.version} ({found.sha256[:12]})"
        return text + (f"; cases begin with version {self.newest}" if self.outcome is Outcome.SUPERSEDED else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What one call has deployed, and what the linter warned of."""

    packages: Sequence[Deployed]
    warnings: Sequence[Finding]


def deploy(office: Office, request: Deploy) -> Deployment:
    """Deploy packages atomically; one whose content is deployed already stays as it is.

    Every process that one of them calls must be among them or deployed before, so that each case can be bound to it.

    :raises PackageInvalid: a package cannot be read, or two are the same process
    :raises DefinitionRefused: the linter found an error
    """
    packages = _read(request.folders)
    with office.unit_of_work() as uow:
        newest = {definition.key: definition.package for definition in uow.engine.definitions()}
        findings = [*check_packages(packages, set(newest)), *_taken(packages, newest)]
        if any(finding.severity == "error" for finding in findings):
            raise DefinitionRefused(findings)
        together = uuid4()
        candidates = _candidates(uow, packages)
        deployed = [_deploy_one(uow, package, request.by, together) for package in packages]
        outgoing = _holders_of(uow, candidates - _candidates(uow, packages))
        uow.commit()
    for person_id in outgoing:
        return_lost_work(office, person_id)
    return Deployment(packages=deployed, warnings=findings)


def _taken(packages: Sequence[ProcessPackage], newest: Mapping[str, ProcessPackage]) -> list[Finding]:
    """Processes beside a package's own that are another package's already: it would take them away from it."""
    owners = {package.key: package for package in packages}
    found = []
    for package in packages:
        for partner in package.partners:
            owner = owners.get(partner) or newest.get(partner)
            if owner is not None and package.key not in owner.partners:
                said = f"the process {partner!r} of package {package.key!r} is a package of its own: give it another id"
                told = Finding(
                    file="process.bpmn", element=partner, rule="package-key", severity=Severity.ERROR, message=said
                )
                found.append(told)
    return found


def _read(folders: Sequence[Path]) -> list[ProcessPackage]:
    """The packages of the folders, one named twice once. Raises PackageInvalid with what is wrong in any of them."""
    packages: dict[str, ProcessPackage] = {}
    findings: list[Finding] = []
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        try:
            package = read_package(folder)
        except PackageInvalid as error:
            findings += error.findings
            continue
        if package.key in packages:
            said = f"two folders are process {package.key!r}: deploy one of them"
            told = Finding(file=str(folder), element=None, rule="package-key", severity=Severity.ERROR, message=said)
            findings.append(told)
        packages[package.key] = package
    if findings:
        raise PackageInvalid(findings)
    return list(packages.values())


def _deploy_one(uow: UnitOfWork, package: ProcessPackage, by: str, together: UUID) -> Deployed:
    before = {each.key: each for each in uow.engine.definitions()}.get(package.key)
    definition = uow.engine.deploy(package, by=by, place=_place(uow, package), deployment=together)
    newest = max(definition.version, before.version if before else 0)
    outcome = Outcome.NEW
    if before is not None and definition.version <= before.version:
        outcome = Outcome.UNCHANGED if definition.version == before.version else Outcome.SUPERSEDED
    if outcome is Outcome.NEW:
        _name_candidates(uow, package)
        uow.audit.record(
            "process:definition:deploy",
            actor=by,
            subject=definition.key,
            details={"version": definition.version, "sha256": definition.sha256},
        )
    return Deployed(definition=definition, outcome=outcome, newest=newest)


def _candidates(uow: UnitOfWork, packages: Sequence[ProcessPackage]) -> set[tuple[str, str, str]]:
    keys = [key for package in packages for key in (package.key, *package.partners)]
    row = CandidateRoleRow
    query = sa.select(row.process_key, row.role, row.candidate).where(row.process_key.in_(keys))
    return {(found.process_key, found.role, found.candidate) for found in uow.session.execute(query)}


def _holders_of(uow: UnitOfWork, dropped: set[tuple[str, str, str]]) -> list[UUID]:
    """Who may hold work as candidates that are candidates no longer."""
    roles = {candidate for _, _, candidate in dropped}
    return list(uow.session.scalars(sa.select(MandateRow.holder_id).where(MandateRow.role.in_(roles)).distinct()))


def _name_candidates(uow: UnitOfWork, package: ProcessPackage) -> None:
    """From now on, of running cases too: who else may do the work of the package's lanes."""
    keys = (package.key, *package.partners)
    uow.session.execute(sa.delete(CandidateRoleRow).where(CandidateRoleRow.process_key.in_(keys)))
    uow.session.add_all(
        CandidateRoleRow(process_key=key, role=role.role, candidate=candidate)
        for key in keys
        for role in package.roles.values()
        for candidate in role.candidates
    )


def _place(uow: UnitOfWork, package: ProcessPackage) -> dict[str, str]:
    """Time zone and calendar its start timers and conditions read: those of the body whose cases they begin."""
    function = package.start.body
    known = [each for each in bodies(uow.session) if function is None or function in each.functions]
    return {"time_zone": known[0].time_zone, "calendar": known[0].calendar} if len(known) == 1 or function else {}
