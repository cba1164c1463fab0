"""Judging a file of any kind: PDF, ASiC container, CMS, and what carries no signature that is judged here."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from signing.asic import judge_container, signed_files
from signing.cades import STANDS_APART, is_cms, judge_apart, judge_cms, signed_content
from signing.other_files import judge_other
from signing.report import ValidationReport, format_failure, limit_exceeded
from signing.trust import TrustStore
from signing.validation import LARGEST, validate

PDF = "application/pdf"
CONTAINER = b"PK\x03\x04"
"""how a ZIP begins"""
__all__ = ["STANDS_APART", "signed_parts", "validate_any", "validate_apart"]
Judge = Callable[[bytes, TrustStore, datetime], ValidationReport]


def validate_any(
    content: bytes, trust: TrustStore, *, at: datetime, file: str = "", media_type: str = ""
) -> ValidationReport:
    """As `signing.validation.validate`, for other kinds too.

    :param media_type: what it was taken in as, by content; empty: a PDF, unless it is a container or CMS
    """
    judge: Judge
    if content.startswith(CONTAINER):
        judge = judge_container
    elif is_cms(content):
        judge = judge_cms
    elif media_type not in {"", PDF}:
        judge = partial(_judge_other, media_type)
    else:
        return validate(content, trust, at=at, file=file)
    if len(content) > LARGEST:
        report = limit_exceeded(f"larger than {LARGEST // 1024 // 1024} MB, which is the most that is judged")
    else:
        report = _judged(judge, content, trust, at)
    return replace(report, file=file, at=at, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def validate_apart(cms: bytes, signed: bytes, trust: TrustStore, *, at: datetime) -> ValidationReport:
    """The same of a CMS and the file beside it that it signs; the digest and length told are that file's."""
    if not is_cms(cms):
        report = format_failure("no CMS SignedData, so nothing signs the file beside it")
    elif max(len(cms), len(signed)) > LARGEST:
        report = limit_exceeded(f"larger than {LARGEST // 1024 // 1024} MB, which is the most that is judged")
    else:
        report = _judged(partial(judge_apart, cms), signed, trust, at)
    return replace(report, at=at, sha256=hashlib.sha256(signed).hexdigest(), bytes=len(signed))


def signed_parts(content: bytes, field: str, covered_bytes: int) -> list[bytes]:
    """What one signature of a judged file is over: the beginning of a PDF, a CMS's content, files of a container.

    :param field: as the report calls the signature
    :param covered_bytes: as the report has it
    """
    if content.startswith(CONTAINER):
        return signed_files(content, field)
    if is_cms(content):
        return [signed_content(content)]
    return [content[:covered_bytes]]


def _judge_other(media_type: str, content: bytes, _trust: TrustStore, _at: datetime) -> ValidationReport:
    return judge_other(content, media_type)


def _judged(judge: Judge, content: bytes, trust: TrustStore, at: datetime) -> ValidationReport:
    try:
        return judge(content, trust, at)
    except MemoryError:
        return limit_exceeded("judging this file takes more memory than is allowed")
    except (Exception, RecursionError) as error:  # noqa: BLE001 - strangers' bytes raise anything; the verdict says so
        return format_failure(f"unreadable ({type(error).__name__}: {error})"[:300])
