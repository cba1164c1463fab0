"""Which bytes a signature covers, and what came after it (ISO 32000-2, 12.8.1; ETSI EN 319 142-1, 5.5)."""

from typing import Any

from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DSSCompareRule,
    ModificationLevel,
    ObjectStreamRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.report import PASSED, Finding, Outcome, Verdict, first_line
from signing.self_description import draws_fields_anew, retold
from signing.structure import Stamp

_LTA = ModificationLevel.LTA_UPDATES
VALIDATION_DATA_ONLY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ignored_keys=frozenset({"/DSS", "/Extensions", "/Version"})),
        XrefStreamRule().as_qualified(_LTA),
        ObjectStreamRule().as_qualified(_LTA),
        DSSCompareRule().as_qualified(_LTA),
    ],
    form_rule=None,
)
"""what nobody has signed may be validation data, which prove themselves; nothing else"""
END_OF_FILE = b"%%EOF"


def judge_integrity(stamp: Stamp) -> Outcome:
    """The signature covers its whole revision; nothing but timestamps, validation data and signatures came after."""
    embedded = stamp.embedded
    embedded.compute_integrity_info()
    if embedded.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return _failed("the signature does not cover its whole revision of the file", Finding.BYTE_RANGE)
    if not _leaves_out_only_itself(embedded):
        return _failed("the signed byte range leaves out more than the signature", Finding.BYTE_RANGE)
    difference = embedded.diff_result
    if not isinstance(difference, DiffResult):
        return _failed(f"changed after signing: {first_line(difference)}")
    if not embedded.summarise_integrity_info()["docmdp_ok"]:
        return _failed("changed after signing beyond what its certification allows")
    reader = embedded.reader
    if draws_fields_anew(reader) and not draws_fields_anew(reader.get_historical_resolver(stamp.revision)):
        return _failed("changed after signing: readers are told to draw the fields of the form anew")
    return PASSED


def judge_unsigned(newest: Stamp) -> Outcome:
    """What follows the newest signature is nobody's: a timestamp over it proves its time, not that anybody meant it.

    pyHanko lets fields be filled in, new ones be made and appearances be given, because a next signer may do so.
    """
    difference = newest.embedded.diff_result
    if not isinstance(difference, DiffResult):
        return PASSED
    if difference.modification_level > _LTA:
        return _failed(f"changed after the newest signature ({newest.field}), and nobody has signed that")
    reader = newest.embedded.reader
    if reader.xrefs.total_revisions - 1 == newest.revision:
        return PASSED
    if changed := retold(reader.get_historical_resolver(newest.revision), reader):
        reason = f"after the newest signature ({newest.field}) the document was called otherwise: {', '.join(changed)}"
        return Outcome(Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", reason, Finding.MODIFIED_AFTER_SIGNING)
    return PASSED


def judge_rest(newest: Stamp) -> Outcome:
    """The newest signature or timestamp covers the file to its end, or only validation data follow (B-LT).

    pyHanko accepts any bytes after the last revision.
    """
    embedded = newest.embedded
    if embedded.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return PASSED
    reader = embedded.reader
    what = f"the newest signature or timestamp ({newest.field}) does not cover the whole file"
    appended = reader.xrefs.total_revisions - 1 - newest.revision
    if appended < 1 or not _ends_with_its_last_revision(reader.stream):
        return _failed(what)
    if isinstance(VALIDATION_DATA_ONLY.review_file(reader, newest.revision), DiffResult):
        return PASSED
    difference = embedded.diff_result
    if isinstance(difference, DiffResult) and difference.modification_level <= _LTA:
        # pyHanko itself does so when it adds validation data
        return Outcome(Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", f"{what}: metadata were changed after it")
    return _failed(what)


def _leaves_out_only_itself(embedded: Any) -> bool:
    """The gap of the byte range is the /Contents string and nothing else; pyHanko compares lengths only."""
    _, end, start, _ = embedded.byte_range
    stream = embedded.reader.stream
    stream.seek(end)
    gap: bytes = stream.read(max(start - end, 0))
    try:
        return gap[:1] == b"<" and gap[-1:] == b">" and bytes.fromhex(gap[1:-1].decode()) == embedded.pkcs7_content
    except ValueError:
        return False


def _ends_with_its_last_revision(stream: Any) -> bool:
    """Nothing but an end of line after the last end-of-file marker."""
    stream.seek(0, 2)
    stream.seek(max(stream.tell() - len(END_OF_FILE) - 2, 0))
    ending: bytes = stream.read()
    return ending.rstrip(b"\r\n").endswith(END_OF_FILE)


def _failed(reason: str, rule: Finding = Finding.MODIFIED_AFTER_SIGNING) -> Outcome:
    return Outcome(Verdict.TOTAL_FAILED, "FORMAT_FAILURE", reason, rule)
