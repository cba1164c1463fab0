"""What a validation found, in plain words: one sentence for each rule."""

from collections.abc import Iterable

from web.texts import gettext as _


def finding_words(code: str) -> str:
    """What the rule means for whoever holds the document; empty for a rule this page does not know."""
    return {**_file(), **_signer(), **_time()}.get(code, "")


def in_plain_words(findings: Iterable[str]) -> list[str]:
    """The sentences of a report's findings, each once, in order."""
    words = (finding_words(finding.partition(":")[0]) for finding in findings)
    return list(dict.fromkeys(one for one in words if one))


def _file() -> dict[str, str]:
    return {
        "FORMAT_FAILURE": _("The file is damaged, encrypted or no PDF."),
        "LIMIT_EXCEEDED": _("Checking the file takes more time or memory than is allowed, so it was stopped."),
        "NO_SIGNATURE": _("Nobody has signed it."),
        "SIGNATURE_UNREADABLE": _("One of its signatures cannot be read."),
        "NOT_WHOLE_FILE": _("Something was added to the file after the last signature."),
        "MODIFIED_AFTER_SIGNING": _("Its contents were changed after somebody had signed."),
        "BYTE_RANGE": _("A signature leaves out parts of what it should cover."),
        "DIGEST_MISMATCH": _("The signed contents are not what was signed."),
        "VALUE_MISMATCH": _("A signature was not made with the key of the certificate it names."),
        "STEP_UNREADABLE": _("What the document says of its expected signatures cannot be read."),
        "SIGNATURE_INVALID": _("A signature is not valid."),
        "SIGNATURE_INDETERMINATE": _("It cannot be decided whether a signature is valid."),
    }


def _signer() -> dict[str, str]:
    return {
        "UNEXPECTED_SIGNATURE": _("It carries a signature that nobody asked for."),
        "WRONG_SIGNER": _("Somebody else signed in place of the person expected."),
        "MISSING_SIGNATURE": _("Not everybody who was to sign has signed."),
        "NOT_TRUSTED": _("A certificate does not lead to an authority this office trusts."),
        "SERVICE_NOT_GRANTED": _("The authority was not a granted trust service at the time that counts."),
        "WITHDRAWN_LATER": _("The authority lost its status later; the signature is older and stays good."),
        "REVOCATION_UNKNOWN": _("It is not known whether a certificate has been revoked."),
        "REVOKED": _("A certificate was revoked, and nothing proves that it signed before."),
        "REVOKED_LATER": _("A certificate was revoked later; the signature is older and stays good."),
        "WRONG_USAGE": _("A certificate was not issued for signing documents."),
        "WEAK_ALGORITHM": _("A signature uses a method that is no longer safe."),
        "OUTDATED_LATER": _("A signature uses a method that is no longer safe, but was when it was made."),
        "TRUST_UNREADABLE": _("A certificate or list of those trusted cannot be read."),
    }


def _time() -> dict[str, str]:
    return {
        "OUTSIDE_VALIDITY": _("A certificate has expired or is not yet valid, and nothing proves when it signed."),
        "TIME_IN_FUTURE": _("A signature or timestamp claims a time in the future."),
        "TIME_CONTRADICTION": _("The times of a signature and its timestamp contradict each other."),
        "TIMESTAMP_INVALID": _("A timestamp is not valid."),
        "STEP_MISSING": _("An earlier document of the case, which it names, is not among those given."),
        "STEP_SWAPPED": _("An earlier document of the case is not the one its signer had in hand."),
        "STEP_ORDER": _("It claims to be signed before a document that it follows."),
        "NOT_PROVEN": _("Nothing proves that a signature existed in time."),
    }
