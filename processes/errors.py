"""What can go wrong in a use case. `web/errors.py` maps the codes to HTTP statuses and wording."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID


class ProcessesError(Exception):
    """The request could not be carried out."""

    code: ClassVar[str] = "processes-error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__class__.__doc__ or self.code)


class NotFound(ProcessesError):
    """There is no such thing, or it is not for this person to know."""

    code = "not-found"


class NotPermitted(ProcessesError):
    """This person may not do that: no mandate covers it."""

    code = "not-permitted"

    def __init__(self, message: str | None = None, *, rule: str = "mandate") -> None:
        super().__init__(message)
        self.rule = rule
        """which rule refused: mandate, assignment, named, delegation, four-eyes, barrier, access, turn"""


class ExportRefused(ProcessesError):
    """A package cannot be made, or not be given out any more."""

    code = "export-refused"

    def __init__(self, reason: str, *, most: int = 0) -> None:
        super().__init__(f"{self.__class__.__doc__} ({reason})")
        self.reason = reason
        """too-many, too-large, too-many-kept, timestamp, withdrawn"""
        self.most = most
        """how many documents, bytes or packages there may be"""


class BadInput(ProcessesError):
    """What was asked for cannot be: a date that has passed, a name that is empty."""

    code = "bad-input"


class WrongCredentials(ProcessesError):
    """Login and password do not fit together."""

    code = "wrong-credentials"


class TooManyAttempts(ProcessesError):
    """Too many tries in a short time."""

    code = "too-many-attempts"

    def __init__(self, retry_at: datetime) -> None:
        super().__init__()
        self.retry_at = retry_at


class StepOvertaken(ProcessesError):
    """Somebody else was faster, or the step was interrupted; nothing of yours took effect."""

    code = "step-overtaken"

    def __init__(self, *, by: str | None = None, at: datetime | None = None, state: str = "changed") -> None:
        super().__init__()
        self.by = by
        """the name of who did it, where it was a person"""
        self.at = at
        self.state = state
        """completed, claimed, exited, changed or suspended"""


class AttemptExpired(ProcessesError):
    """The document waited for a signature for too long; submit the step again."""

    code = "attempt-expired"


class CosignersUnknown(ProcessesError):
    """Who is to sign the document cannot be told from what was entered."""

    code = "cosigners-unknown"


class NoPlaceToSign(ProcessesError):
    """No document expects this person's signature at this step."""

    code = "no-place-to-sign"


class DocumentBusy(ProcessesError):
    """Somebody else is signing the document just now; try again in a minute."""

    code = "document-busy"

    def __init__(self, *, by: str) -> None:
        super().__init__()
        self.by = by


class DocumentMoved(ProcessesError):
    """Somebody else has signed the document since it was shown; it has been prepared anew."""

    code = "document-moved"

    def __init__(self, *, by: str, attempt_id: UUID | None = None) -> None:
        super().__init__()
        self.by = by
        """who signed it meanwhile"""
        self.attempt_id = attempt_id
        """the new attempt, on the document as it is now"""


class PinRefused(ProcessesError):
    """The PIN does not open this key."""

    code = "wrong-pin"

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left
        """tries left before the key is locked for a while"""


class PinLocked(ProcessesError):
    """Too many wrong PINs: the key is locked for a while."""

    code = "pin-locked"

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class NoCertificate(ProcessesError):
    """This person has no valid certificate to sign with."""

    code = "no-certificate"


class KeyStoreFailed(ProcessesError):
    """The key store gave no signature; the document waits, and the same may be tried again."""

    code = "key-store-failed"


class SignatureRefused(ProcessesError):
    """The signature was not accepted; nothing was changed."""

    code = "signature-refused"

    def __init__(self, rule: str, message: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule


class InvalidStep(ProcessesError):
    """The form has errors; see the findings."""

    code = "invalid-form"

    def __init__(self, findings: tuple[object, ...]) -> None:
        super().__init__()
        self.findings = findings
        """FieldFinding objects of processes.forms"""


class StateSecretDeclared(ProcessesError):
    """What is a state secret must not enter this system (B16)."""

    code = "state-secret"


class RouteBarred(ProcessesError):
    """A complaint must not be sent to the body or person it is about."""

    code = "route-barred"

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about
        """the title of the body, or the name of the person"""


class DisposalRefused(ProcessesError):
    """These documents cannot be disposed of as was said."""

    code = "disposal-refused"

    def __init__(self, reason: str, numbers: Sequence[str]) -> None:
        super().__init__()
        self.reason = reason
        """not-due: held, kept longer, on another list or gone; both: destroyed and handed over at once; no-receiver;
        not-accepted: the receiver has signed nothing that counts"""
        self.numbers = tuple(numbers)
        """of the documents it is about"""


class UnknownProcess(ProcessesError):
    """No such process is deployed."""

    code = "unknown-process"

    def __init__(self, key: str) -> None:
        super().__init__(f"no process {key!r} is deployed")
        self.key = key


class GroundTooShort(ProcessesError):
    """Say why, in a sentence that will still tell something in some years."""

    code = "ground-too-short"

    def __init__(self, shortest: int) -> None:
        super().__init__()
        self.shortest = shortest


class CaseEnded(ProcessesError):
    """The case has ended meanwhile; nothing of yours took effect."""

    code = "case-ended"


class CaseSuspended(ProcessesError):
    """The case is suspended; nothing of yours took effect."""

    code = "case-suspended"

    def __init__(self, *, by: str, since: datetime) -> None:
        super().__init__()
        self.by = by
        self.since = since


class CaseNotSuspended(ProcessesError):
    """The case is not suspended: somebody was faster."""

    code = "case-not-suspended"


class CaseChanged(ProcessesError):
    """The case has moved on since the page was shown; look at it again."""

    code = "case-changed"


class ProcessSuspended(ProcessesError):
    """The process is suspended: no case of it begins now."""

    code = "process-suspended"

    def __init__(self, *, by: str, since: datetime) -> None:
        super().__init__()
        self.by = by
        self.since = since


class TooManyCases(ProcessesError):
    """These are more cases than one selection may hold."""

    code = "too-many-cases"

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class MessageNotAwaited(ProcessesError):
    """Nothing in the case waits for this message; nothing has changed."""

    code = "message-not-awaited"


class MigrationImpossible(ProcessesError):
    """The case cannot go on by that version: something it waits for has no place in it."""

    code = "migration-impossible"

    def __init__(self, obstacles: tuple[object, ...]) -> None:
        super().__init__("; ".join(str(each) for each in obstacles))
        self.obstacles = obstacles
        """engine.operations.Obstacle objects"""


class CaseStuck(ProcessesError):
    """The process cannot go on from here; nothing was changed, and an administrator has to look at it."""

    code = "case-stuck"


class ConfigurationError(ProcessesError):
    """The settings are wrong; the message says which and what to do."""

    code = "configuration"


class OfficeBusy(ProcessesError):
    """Another process runs this office already; stop it first."""

    code = "office-busy"


class EntryRefused(ProcessesError):
    """What was entered cannot be taken."""

    code = "entry-refused"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason.replace('-', ' ')}")
        self.field = field
        """the name of the field, as the command calls it"""
        self.reason = reason
        """missing, malformed, unknown, taken, too-short, too-easy, wrong, ends-before-it-begins, last-administrator"""


class TrustedListUnusable(EntryRefused):
    """A trusted list that nobody may rely on."""

    def __init__(self, rule: str, detail: str, *, field: str = "list") -> None:
        super().__init__(field, rule)
        self.args = (f"{rule}: {detail}",)
        self.detail = detail
        """what is wrong, for whoever brought it"""
