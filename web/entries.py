"""What was entered and cannot be taken, in the page's language."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.exceptions import BadRequest

from processes.errors import EntryRefused
from web.archive_words import archive_entry
from web.findings import PageFinding
from web.texts import gettext as _


def refused(error: EntryRefused) -> PageFinding:
    """The line of the error summary, with the way to the field."""
    return PageFinding(
        text=_particular(error) or archive_entry(error) or _general(error.reason), href=f"#{error.field}"
    )


def _particular(error: EntryRefused) -> str:
    texts = {
        ("login", "malformed"): _("A login has two or more small Latin letters, digits, dots or hyphens."),
        ("login", "taken"): _("Somebody has this login already."),
        ("name", "missing"): _("Enter the name as it shall stand on documents."),
        ("email", "malformed"): _("Enter an e-mail address such as name@example.az, or none."),
        ("post", "missing"): _("Enter the title of the post in all four languages."),
        ("password", "too-short"): _("A password has at least 12 characters."),
        ("password", "too-easy"): _("Too easy to guess: leave out the login, and use more different characters."),
        ("old", "wrong"): _("The present password is not right."),
        ("pin", "too-short"): _("A PIN has at least 8 characters."),
        ("pin", "wrong"): _("The two PINs are not the same."),
        ("password", "wrong"): _("The two passwords are not the same."),
        ("code", "malformed"): _("A code has small Latin letters, digits and hyphens, and begins with a letter."),
        ("code", "taken"): _("This code is taken."),
        ("ground", "missing"): _("Say why: it is kept for good."),
        ("act", "missing"): _("Say what the act is called, such as Order."),
        ("first", "missing"): _("Choose the first day, and the last one if there are several: at most 60 days."),
        ("number", "missing"): _("Enter the number of the act."),
        ("valid_to", "ends-before-it-begins"): _("The last day lies before the first."),
        ("key", "subject"): _("The request names somebody else. Reload the page and try again."),
        ("key", "key"): _("Keys of this kind are not certified: P-256, P-384 or RSA of at least 3072 bits."),
        ("role", "supervision"): _("Only a body of supervision has supervisors: they see every body's cases."),
        ("person", "last-administrator"): _("Nobody else administers this body: appoint another administrator first."),
    }  # fmt: skip
    return {**texts, **_of_certificates()}.get((error.field, error.reason), "")


def _of_certificates() -> dict[tuple[str, str], str]:
    return {
        ("certificate", "holder"): _("The certificate names somebody else than you."),
        ("certificate", "chain"): _("The certificate does not lead to an authority this office trusts."),
        ("certificate", "validity"): _("The certificate is not in force now."),
        ("certificate", "revocation"): _("The certificate has been revoked."),
        ("certificate", "usage"): _("The certificate is not for signing documents."),
        ("certificate", "another-key"): _("The certificate is for another key than the one that was requested."),
        ("certificate", "taken"): _("This certificate is known already."),
        ("certificate", "shape"): _("The program gave no signature, so its key is not shown to be yours."),
        ("certificate", "key-store"): _("Keys of this kind are not taken in this office."),
        ("certificate", "algorithm"): _("The certificate's key or algorithm is no longer taken as safe."),
        ("certificate", "an-anchor-already"): _("This authority is trusted already."),
        ("certificate", "not-of-an-authority"): _("This is not the certificate of an authority."),
        ("until", "ends-before-it-begins"): _("The last day lies before the first."),
        ("certificate", "too-large"): _("The file is larger than a certificate ever is."),
        ("certificate", "malformed"): _("This is no certificate, PEM or DER."),
        ("certificate", "expired"): _("The page was open for too long. Reload it and try again."),
    }


def _general(reason: str) -> str:
    texts = {
        "missing": _("Something is missing here: enter it."),
        "malformed": _("This cannot be read: enter it another way."),
        "unknown": _("Choose one of the list."),
        "taken": _("This is taken."),
    }
    return texts.get(reason, _("This cannot be taken."))


def required_day(name: str) -> date:
    """A day that a date field sent.

    :raises EntryRefused: none, or no day
    """
    found = optional_day(name)
    if found is None:
        raise EntryRefused(name, "missing")
    return found


def optional_day(name: str) -> date | None:
    """A day that a date field sent, if it sent one.

    :raises EntryRefused: no day
    """
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise EntryRefused(name, "malformed") from error


def beginning_of(day: date, zone: str) -> datetime:
    """Midnight at which a day begins in a body's zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def same_twice(name: str) -> str:
    """A secret typed twice.

    :raises EntryRefused: the two differ
    """
    first, second = request.form.get(name, ""), request.form.get(f"{name}_again", "")
    if "\x00" in first:
        raise BadRequest
    if first != second:
        raise EntryRefused(name, "wrong")
    return first
