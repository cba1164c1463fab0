"""Services that give a signature later: the officer is asked on a telephone (start), the page asks on (poll), and what
comes is judged and embedded like every other signature (finish).

The way to a particular service (SİMA, ASAN İmza, eGov mobile …) is its operator's contract; a provider is a class with
two methods, named in karguzar.toml. Between its calls nothing is held: the ticket is text and lies beside the attempt.
"""

from dataclasses import dataclass, field
from typing import Protocol

from signing.keys import KINDS, KeyEntry, StoreKind
from signing.request import PreparedSignature


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a service shows the officer, and what it signs."""

    entry: KeyEntry
    to_be_signed: bytes = field(repr=False)
    """the signed attributes, DER: for services that give a signature value"""
    digest: bytes = field(repr=False)
    """of the document's covered bytes: for services that give a complete CMS"""
    algorithm: str
    """sha256, sha384 or sha512, of both"""
    title: str
    """what is to be signed, in the office's words"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A question that has been asked."""

    reference: str
    """by which the provider finds it again; kept, never shown"""
    code: str = ""
    """shown on page and telephone, so that the officer sees that both mean the same"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The officer has not answered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The officer has signed: a value over `to_be_signed`, or a complete CMS."""

    value: bytes = field(default=b"", repr=False)
    cms: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """There will be no signature: the officer refused, or it took too long there."""

    reason: str


class Provider(Protocol):
    """One service. Both methods answer within seconds; no transaction is open meanwhile.

    It may have two more: `check()`, see `LaterStore.check`, and `cancel(reference)`, told when the officer gives up.
    """

    def start(self, question: Question) -> Ticket:
        """Ask the officer.

        :raises StoreFailed: the service does not answer
        """
        ...

    def poll(self, reference: str) -> Waiting | Given | Declined:
        """How it stands. Asked again after `Given` or `Declined` it answers the same.

        :raises StoreFailed: the service does not answer
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterStore:
    """A provider as it is set up."""

    name: str
    provider: Provider
    kind: StoreKind = KINDS["mobile"]

    @property
    def sole_control(self) -> bool:
        """The key is on the officer's telephone, or in a service that asks there."""
        return self.kind.sole_control

    def question(self, prepared: PreparedSignature, entry: KeyEntry, title: str) -> Question:
        """The question for a prepared document."""
        return Question(
            entry=entry,
            to_be_signed=prepared.to_be_signed,
            digest=prepared.digest,
            algorithm=f"sha{8 * len(prepared.digest)}",
            title=title,
        )

    def cancel(self, reference: str) -> None:
        """Tell the service that nobody waits for the answer any more; one that cannot be told lets it run out.

        :raises StoreFailed: the service does not answer
        """
        cancel = getattr(self.provider, "cancel", None)
        if callable(cancel):
            cancel(reference)

    def check(self) -> list[str]:
        """A provider may have a `check` of its own."""
        check = getattr(self.provider, "check", None)
        return [str(one) for one in check()] if callable(check) else []
