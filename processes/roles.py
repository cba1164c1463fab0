"""The roles and capacities there are: those of the office itself, and those the deployed processes ask for."""

from processes.unit_of_work import UnitOfWork

OFFICE_ROLES = frozenset({"administrator", "archivist", "designer", "head", "supervisor"})
"""known in every office, whatever is deployed"""
NOT_BY_ORDER = frozenset({"administrator", "designer", "supervisor"})
"""roles that reach beyond a body: no order of its head gives them, nor lets anybody stand in for them"""
CAPACITIES = (
    "officer",
    "head",
    "deputy",
    "substitute",
    "responsible_person",
    "operator_person",
    "curator",
    "clerk",
    "executor",
    "archivist",
    "receiver",
    "supervisor",
    "designer",
    "administrator",
)
"""in which capacity somebody acts (C7, B22); `processes.words` has their names"""


def known_roles(uow: UnitOfWork) -> tuple[str, ...]:
    """Every role a mandate may be for."""
    lanes = [role for each in uow.engine.definitions() for role in each.package.roles.values()]
    return tuple(sorted(OFFICE_ROLES | {name for role in lanes for name in (role.role, *role.candidates)}))
