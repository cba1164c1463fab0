"""Optional Python of a process package, found by the names its model and process.toml use.

Four kinds, each in a registry of its own that refuses a name twice:

- a *service* does what a service task says: `effect` outside any transaction (it may run twice: the task's id is its
  key), then `record` in one transaction with the engine's step;
- a *recorder* writes rows in the transaction that completes a human step;
- a *guard* refuses a human step, when it is submitted and again when it completes;
- a *starter* writes rows in the transaction that starts a case, and gives the case its first variables.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from engine.instance import RaisedError, ServiceCall
from engine.workitem import WorkItem
from processes.office import Office
from processes.organisation import Body
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork

Variables = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A service task to be done."""

    call: ServiceCall
    case: CaseRow
    """read once, outside the transaction that records"""
    body: Body


class BusinessError(Exception):
    """What a service was asked for cannot be had, for a reason of the business: the model says what follows.

    Raised by `effect` or `record`; the engine throws it at the service task, where error events of this code catch it.
    It is no failure: it is not tried again, and only if nothing catches it does it become an incident.
    """

    def __init__(self, code: str, message: str = "", variables: Mapping[str, Any] | None = None) -> None:
        self.error = RaisedError(code=code, message=message, variables=dict(variables or {}))
        """`message` is read by officials and stays in the history: no personal data"""
        super().__init__(f"{code}: {message}" if message else code)


class Service(Protocol):
    """What a service task does. Both may raise a BusinessError of a code the service is registered with."""

    def effect(self, office: Office, job: Job) -> Variables:
        """The effect outside: render, seal, store a blob. Plain JSON comes back; a repeat must do no harm."""

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """The effect in the database; the case's instance is locked. Gives the variables it sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedStep:
    """A signed human step, in the transaction that completes it."""

    case: CaseRow
    item: WorkItem
    step_id: UUID
    person_id: UUID
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedStep:
    """A human step as somebody wants to sign it."""

    case: CaseRow
    item: WorkItem
    person_id: UUID
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedBy:
    """A case about to start."""

    case: CaseRow
    body: Body
    by: UUID | None
    fields: Mapping[str, Any]
    channel: str


class Registry(Generic[T]):
    """Names of one kind of handler."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._found: dict[str, T] = {}

    def __call__(self, name: str) -> Callable[[T], T]:
        """Register what is decorated under `name`; a name taken twice is a programming error."""

        def register(found: T) -> T:
            self.keep(name, found)
            return found

        return register

    def keep(self, name: str, found: T) -> None:
        """Register `found` under `name`."""
        if name in self._found:
            raise ValueError(f"two {self._kind}s are named {name!r}")
        self._found[name] = found

    def __getitem__(self, name: str) -> T:
        return self._found[name]

    @property
    def names(self) -> frozenset[str]:
        """Every name registered; the linter holds models against it."""
        return frozenset(self._found)


S = TypeVar("S", bound=type[Service])
services: Registry[Service] = Registry("service")
service_errors: dict[str, frozenset[str]] = {}
"""service → codes of the business errors it may raise"""


def service(name: str, *, errors: Collection[str] = ()) -> Callable[[S], S]:
    """Register a class of services; it has no state, one object serves every call.

    :param errors: codes of the business errors it may raise; one of another code is a failure like any other exception
    """

    def register(found: S) -> S:
        services.keep(name, found())
        service_errors[name] = frozenset(errors)
        return found

    return register


recorders: Registry[Callable[[UnitOfWork, CompletedStep], None]] = Registry("recorder")
guards: Registry[Callable[[UnitOfWork, ProposedStep], None]] = Registry("guard")
starters: Registry[Callable[[Office, UnitOfWork, StartedBy], Variables]] = Registry("starter")
