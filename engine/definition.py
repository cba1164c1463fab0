"""What a process package says, read once into frozen types (DESIGN section 6). `engine.package` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.reading.calls import CallTarget

LANGUAGES = ("az", "kk", "ru", "en")
"""the languages every shown text exists in"""

VARIABLE_TYPES = ("string", "integer", "number", "boolean", "date", "datetime", "list", "object")
RESERVED_VARIABLES = ("body", "calendar", "time_zone", "language", "case_number", "completed_at", "pauses")
"""variables every case has without declaring them; `pauses` are the whiles in which it was suspended"""

Titles = Mapping[str, str]
"""language → text"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDefinition:
    """A role, hence a lane, and whose people fill it: `case` is the case's own body, else a body's function."""

    role: str
    titles: Titles
    body: str
    candidates: tuple[str, ...] = ()
    """further roles whose people may do the lane's work too, in this process only"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableDefinition:
    """A declared process variable; nothing else of a form enters the engine."""

    name: str
    type: str
    initial: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineDefinition:
    """A named deadline: the law it comes from, its term in words, and what it starts from."""

    name: str
    law: str
    term: str
    """`<integer or declared variable> <working days|days|months>`, see engine.deadlines.parse_term"""
    starts: str | None
    """an element (its last completion), a date variable, or None: when the work item opens"""
    titles: Titles
    receipt: Mapping[str, str] = field(default_factory=dict)
    """calendar → when what arrived counts as received, see engine.receipt.parse_receipt"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instances:
    """How often a multi-instance activity is done, as far as its co-signers have to be known beforehand."""

    collection: str | None
    """the variable that holds an item for each instance"""
    cardinality: str | None
    """or an expression that gives their number"""
    items: tuple[str, ...]
    """by which names an instance knows its item"""


PERSONAL, SEAL, UNSIGNED = "personal", "seal", "none"
SIGNATURE_KINDS = (PERSONAL, SEAL, UNSIGNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureDefinition:
    """What `[signatures.<name>]` asks of the signature of every task that names it."""

    name: str
    kind: str = PERSONAL
    """personal: by whoever does the step; seal: by their body's seal; none: the step is recorded without a document"""
    level: str | None = None
    """to which the document is raised after signing, if that is more than the office's usual one"""
    key_stores: tuple[str, ...] | None = None
    """kinds of store that may hold the key; None: all the office takes"""
    sole_control: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementDefinition:
    """A flow node of the process, with what `karguzar:task` and process.toml say about it."""

    id: str
    kind: str
    """the BPMN element's own name, such as `userTask`"""
    name: str
    titles: Titles
    role: str | None = None
    """the role of its lane"""
    form: str | None = None
    document: str | None = None
    signature: str = "personal"
    """personal, seal, none, or a table of [signatures] in process.toml, which says more"""
    deadline: str | None = None
    four_eyes_with: str | None = None
    cosigns: str | None = None
    """of a user task: the one whose document it signs, beside whoever made it"""
    needed: str | None = None
    """of a co-signing task: an expression that gives how many of those asked have to sign; None: all"""
    instances: Instances | None = None
    """of a multi-instance activity"""
    assignee: str | None = None
    """an expression that gives a person"""
    priority: str | None = None
    """low, normal, high, urgent, or an expression that gives one of them"""
    handler: str | None = None
    """of a service task: its job; of a user task: its recorder"""
    guard: str | None = None
    calls: str | None = None
    """of a call activity: the process it calls"""
    decision: str | None = None
    """of a business rule task: the DMN decision it asks"""
    attached_to: str | None = None
    """of a boundary event: the activity it sits on"""
    within: str | None = None
    """the subprocess it lies in; None: the process itself"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFiles:
    """A form: its JSON Schema (2020-12) and its page."""

    schema: Mapping[str, Any]
    ui: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDefinition:
    """How a case begins: an optional form, the starter run in the starting transaction, open to citizens or not."""

    form: str | None = None
    handler: str | None = None
    public: bool = False
    body: str | None = None
    """the function of the body whose cases its timers, conditions, signals and messages from outside begin"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A reviewer's remark on one field."""

    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A scenario's human step: who submits which fields where. `by` is a role, or `<role>/substitute`."""

    element: str
    process: str | None
    by: str
    fields: Mapping[str, Any]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMove:
    """A scenario's waiting: by a span in words (`8 working days`, `30 minutes`) or until a local time."""

    advance: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceResult:
    """What a service task is taken to answer when a scenario runs in memory; several for one element answer in turn."""

    element: str
    process: str | None
    variables: Mapping[str, Any]
    error: str | None = None
    """code of the error it raises instead"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedDeadline:
    """A deadline a scenario expects to have begun to run; `due` is an ISO date."""

    element: str
    process: str | None
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a scenario promises; None is not looked at."""

    outcome: str = "completed"
    path: tuple[str, ...] | None = None
    deadlines: tuple[ExpectedDeadline, ...] = ()
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """An executable example of a package. `starts` is local time in the body's zone."""

    name: str
    title: str
    body: str
    language: str
    starts: datetime
    by: str
    fields: Mapping[str, Any]
    steps: tuple[Submission | ClockMove, ...]
    services: tuple[ServiceResult, ...]
    expect: Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPackage:
    """One folder of bpmn/, read and consistent with itself as far as reading can tell; `engine.lint` tells the rest."""

    key: str
    sha256: str
    """over the sorted (name, bytes) of its files"""
    files: Mapping[str, bytes]
    """every file of the folder by its relative POSIX path"""
    titles: Titles
    document_type: str
    access_level: str
    retention_class: str
    register: str | None
    """where the case number comes from; None in packages that are only called"""
    number_pattern: str | None
    roles: Mapping[str, RoleDefinition]
    variables: Mapping[str, VariableDefinition]
    deadlines: Mapping[str, DeadlineDefinition]
    signatures: Mapping[str, SignatureDefinition]
    """name → what tasks that name it ask of their signatures"""
    elements: Mapping[str, ElementDefinition]
    forms: Mapping[str, FormFiles]
    templates: Mapping[str, str]
    scenarios: Mapping[str, Scenario]
    bpmn: bytes
    decisions: Mapping[str, bytes]
    """DMN files by their name"""
    start: StartDefinition
    calls: tuple[str, ...]
    """keys of the processes it calls"""
    targets: tuple[CallTarget, ...] = ()
    """the same with the versions they are bound to"""
    partners: tuple[str, ...] = ()
    """ids of the other executable processes of its diagram, which are deployed with it and talk to it"""

    def signature_of(self, element: ElementDefinition) -> SignatureDefinition:
        """What a task asks of its signature: a table of its own, or the bare kind it names."""
        kind = element.signature if element.signature in SIGNATURE_KINDS else PERSONAL
        return self.signatures.get(element.signature) or SignatureDefinition(name=element.signature, kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDefinition:
    """A deployed version of a package."""

    key: str
    version: int
    sha256: str
    deployed_at: datetime
    package: ProcessPackage
