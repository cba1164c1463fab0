"""What bringing the running cases of a version to another one would mean, before it is done."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from engine.definition import ProcessPackage
from engine.operations import MigrationPlan, MigrationPreview
from engine.tables import DefinitionRow, InstanceRow
from processes.errors import UnknownProcess
from processes.office import Office
from processes.queries.definitions import Definitions
from processes.queries.people import require_any_role
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
Mapped = Mapping[str, Mapping[str, str]]
MOST_LOOKED_AT = 500
"""cases a preview looks into; more are told by their number"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """An element some cases stand on that the new version has no place for."""

    process: str
    element: str
    title: Titles
    reason: str
    """missing, kind, join"""
    cases: int
    choices: Sequence[tuple[str, Titles]]
    """elements of the new version it may be mapped to"""
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """Open steps that are described differently afterwards."""

    before: Titles
    after: Titles
    role_before: Titles
    role_after: Titles
    form_changes: bool
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationPage:
    """The preview of a migration."""

    key: str
    title: Titles
    versions: Sequence[int]
    source: int
    target: int
    total: int
    looked_at: int
    possible: Sequence[UUID]
    """cases that can go as things are"""
    refused: Sequence[tuple[UUID, str]]
    """(case, number) of those that cannot yet"""
    unmapped: Sequence[Unmapped]
    mapped: Sequence[Unmapped]
    """what the mapping in hand says, so that it can be changed"""
    steps: Sequence[StepChange]
    timers_kept: int
    timers_new: Sequence[tuple[str, int]]
    timers_gone: Sequence[tuple[str, int]]
    variables: Sequence[str]


def migration_page(office: Office, by: UUID, key: str, *, source: int, target: int, mapping: Mapped) -> MigrationPage:
    """What would become of the cases of a version.

    :raises NotPermitted: no administrator; :raises UnknownProcess: no such process or version
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, frozenset({"administrator"}), uow.now)
        versions = list(
            uow.session.execute(
                sa.select(DefinitionRow.version).where(DefinitionRow.key == key).order_by(DefinitionRow.version.desc())
            ).scalars()
        )
        if not versions:
            raise UnknownProcess(key)
        source, target = source or versions[-1], target or versions[0]
        if source not in versions or target not in versions:
            raise UnknownProcess(key)
        return _page(uow, key, versions, MigrationPlan(version=target, mapping=mapping), source)


def _page(uow: UnitOfWork, key: str, versions: Sequence[int], plan: MigrationPlan, source: int) -> MigrationPage:
    definitions = Definitions(uow)
    cases = _cases(uow, key, source)
    previews = [uow.engine.preview_migration(case_id, plan) for case_id, _ in cases[:MOST_LOOKED_AT]]
    can = [one for one in previews if not one.obstacles]
    numbers = dict(cases)
    return MigrationPage(
        key=key,
        title=definitions.process_title(key),
        versions=versions,
        source=source,
        target=plan.version,
        total=len(cases),
        looked_at=len(previews),
        possible=[one.instance_id for one in can],
        refused=[(one.instance_id, numbers[one.instance_id]) for one in previews if one.obstacles],
        unmapped=_unmapped(definitions, key, plan, source, previews),
        mapped=_mapped(definitions, key, plan, source),
        steps=_steps(definitions, can),
        timers_kept=sum(len(one.kept_timers) for one in can),
        timers_new=_counted(timer.element for one in can if one.changes for timer in one.changes.timers_new),
        timers_gone=_counted(timer.element for one in can if one.changes for timer in one.changes.timers_gone),
        variables=sorted({name for one in can for name in one.added_variables}),
    )


def cases_of_version(office: Office, by: UUID, key: str, version: int) -> list[UUID]:
    """The cases that run a version. :raises NotPermitted: no administrator"""
    with office.reading() as uow:
        require_any_role(uow.session, by, frozenset({"administrator"}), uow.now)
        return [case_id for case_id, _ in _cases(uow, key, version)]


def _cases(uow: UnitOfWork, key: str, version: int) -> list[tuple[UUID, str]]:
    query = (
        sa.select(InstanceRow.id, CaseRow.number)
        .join(CaseRow, CaseRow.id == InstanceRow.id)
        .where(
            InstanceRow.definition_key == key,
            InstanceRow.definition_version == version,
            InstanceRow.status.in_(("running", "suspended")),
        )
        .order_by(CaseRow.started_at, CaseRow.id)
    )
    return [(row.id, row.number) for row in uow.session.execute(query)]


def _counted(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items())


def _unmapped(
    definitions: Definitions, key: str, plan: MigrationPlan, source: int, previews: Sequence[MigrationPreview]
) -> list[Unmapped]:
    counts = Counter(
        (obstacle.process, obstacle.element, obstacle.reason) for one in previews for obstacle in one.obstacles
    )
    found = []
    for (process, element, reason), cases in sorted(counts.items()):
        old = definitions.get(process, source if process == key else None).package
        new = definitions.get(process, plan.version if process == key else None).package
        found.append(
            Unmapped(
                process=process,
                element=element,
                title=_title(old, element),
                reason=reason,
                cases=cases,
                choices=_choices(new, old.elements[element].kind if element in old.elements else ""),
                chosen=plan.mapping.get(process, {}).get(element, ""),
            )
        )
    return found


def _mapped(definitions: Definitions, key: str, plan: MigrationPlan, source: int) -> list[Unmapped]:
    found = []
    for process, names in plan.mapping.items():
        old = definitions.get(process, source if process == key else None).package
        new = definitions.get(process, plan.version if process == key else None).package
        for element, chosen in names.items():
            kind = old.elements[element].kind if element in old.elements else ""
            found.append(
                Unmapped(
                    process=process,
                    element=element,
                    title=_title(old, element),
                    reason="",
                    cases=0,
                    choices=_choices(new, kind),
                    chosen=chosen,
                )
            )
    return found


def _choices(package: ProcessPackage, kind: str) -> list[tuple[str, Titles]]:
    human = {"userTask", "manualTask"}
    wanted = human if kind in human else {kind}
    return [(each.id, _title(package, each.id)) for each in package.elements.values() if each.kind in wanted]


def _title(package: ProcessPackage, element: str) -> Titles:
    known = package.elements.get(element)
    return known.titles if known and known.titles else {"en": (known.name if known else "") or element}


def _steps(definitions: Definitions, previews: Sequence[MigrationPreview]) -> list[StepChange]:
    counts: Counter[tuple[str, int, str, int, str]] = Counter()
    examples = {}
    for preview in previews:
        for item in preview.items:
            name = (
                item.before.definition_key,
                item.before.definition_version,
                item.before.element_id,
                item.after.definition_version,
                item.after.element_id,
            )
            counts[name] += 1
            examples[name] = item
    found = []
    for name, item in sorted(examples.items()):
        before, after = item.before, item.after
        same = (before.element_id, before.role, before.form) == (after.element_id, after.role, after.form)
        if not same:
            found.append(
                StepChange(
                    before=definitions.step_title(before.definition_key, before.definition_version, before.element_id),
                    after=definitions.step_title(after.definition_key, after.definition_version, after.element_id),
                    role_before=definitions.role_title(before.definition_key, before.definition_version, before.role),
                    role_after=definitions.role_title(after.definition_key, after.definition_version, after.role),
                    form_changes=before.form != after.form,
                    cases=counts[name],
                )
            )
    return found
