"""What can go wrong with a key, a signature or a timestamp. Nothing of pyHanko or cryptography leaves this package."""

from datetime import datetime


class SigningError(Exception):
    """Signing failed."""

    code = "signing"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class DocumentUnusable(SigningError):
    """The file is not a PDF that can be signed."""

    code = "document_unusable"


class RoomTooSmall(DocumentUnusable):
    """The signature or token is larger than the room kept for it."""

    code = "room_too_small"


class FieldUnavailable(SigningError):
    """The document has no empty signature field of this name."""

    code = "field_unavailable"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"signature field {field!r}: {reason}")
        self.field = field
        self.reason = reason


class DocumentLocked(SigningError):
    """The document is certified and allows no further signature."""

    code = "document_locked"


class CertificateUnusable(SigningError):
    """The certificate cannot be used for signing here."""

    code = "certificate_unusable"


class PreparedStateInvalid(SigningError):
    """The prepared signature is damaged or belongs to another version."""

    code = "prepared_state_invalid"


class LevelNotOffered(SigningError):
    """The signature level is not offered by this door."""

    code = "level_not_offered"

    def __init__(self, level: str) -> None:
        super().__init__(f"level {level} cannot be reached here")
        self.level = level


class NotSignable(SigningError):
    """A signature being made did not pass the product's own checks; `rule` names the first that failed."""

    code = "not_signable"

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class NotPassed(SigningError):
    """A finished document is not TOTAL-PASSED."""

    code = "not_passed"

    def __init__(self, verdict: str, findings: tuple[str, ...]) -> None:
        super().__init__("; ".join((verdict, *findings)))
        self.verdict = verdict
        self.findings = findings


class TimestampFailed(SigningError):
    """The time-stamping authority gave no usable token; a signature stays at B-B."""

    code = "timestamp_failed"


class FetchFailed(SigningError):
    """An authority's address gave no usable answer in time."""

    code = "fetch_failed"


class RevocationUnavailable(SigningError):
    """Revocation data that would do are not to be had now; try again later."""

    code = "revocation_unavailable"


class GracePeriod(RevocationUnavailable):
    """By policy, revocation data about a signer count only from a while after the signature on."""

    code = "grace_period"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"revocation data count when issued from {until:%Y-%m-%d %H:%M:%S} UTC on")
        self.until = until


class WrongPin(SigningError):
    """The PIN does not open this key."""

    code = "wrong_pin"


class WeakPin(SigningError):
    """A PIN has at least 8 characters."""

    code = "weak_pin"


class KeyUnreadable(SigningError):
    """The key container is damaged or of an unknown kind."""

    code = "key_unreadable"


class StoreFailed(SigningError):
    """A key store did not give what was asked of it; nothing is lost, and the same may be tried again."""

    code = "store_failed"

    def __init__(self, where: str, what: str, do: str) -> None:
        super().__init__(f"{where}: {what}; {do}")
        self.where = where
        """the store, by the name it is set up under, and the module or address it was looked for at"""
        self.what = what
        """what happened"""
        self.do = do
        """what to do"""


class StoreUnknown(SigningError):
    """A key store is set up wrongly; the message says which setting and what it may be."""

    code = "store_unknown"


class RequestRefused(SigningError):
    """A certification request that cannot be granted; `rule` is shape, subject, key or possession."""

    code = "request_refused"

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class AuthorityUnusable(SigningError):
    """The pilot authority cannot be created or opened."""

    code = "authority_unusable"


class TrustUnreadable(SigningError):
    """A certificate or CRL of the trust store cannot be read."""

    code = "trust_unreadable"

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class TrustedListRefused(SigningError):
    """A trusted list nobody may rely on; `rule` is size, shape, kind, operator, signature, expired, future or stale."""

    code = "trusted_list_refused"

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class EvidenceUnreadable(SigningError):
    """The bytes are no evidence record (RFC 4998), or one that is not read here."""

    code = "evidence_unreadable"


class OutsideValidity(NotSignable):
    """The certificate is not valid at the time of signing."""

    code = "outside_validity"

    def __init__(self, subject: str, not_before: datetime, not_after: datetime) -> None:
        super().__init__("validity", f"{subject} is valid from {not_before:%Y-%m-%d} to {not_after:%Y-%m-%d}")
        self.subject = subject
        self.not_before = not_before
        self.not_after = not_after


class CertificateRevoked(NotSignable):
    """The certificate has been revoked."""

    code = "certificate_revoked"

    def __init__(self, subject: str, revoked_at: datetime) -> None:
        super().__init__("revocation", f"{subject} was revoked on {revoked_at:%Y-%m-%d %H:%M} UTC")
        self.subject = subject
        self.revoked_at = revoked_at
