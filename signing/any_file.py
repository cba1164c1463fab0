"""Judging a signed file of any kind: PDF, ASiC container, CMS."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from signing.asic import judge_container
from signing.cades import is_cms, judge_cms
from signing.report import ValidationReport, format_failure, limit_exceeded
from signing.trust import TrustStore
from signing.validation import LARGEST, validate


def validate_any(content: bytes, trust: TrustStore, *, at: datetime, file: str = "") -> ValidationReport:
    """As `signing.validation.validate`, for containers and CMS too."""
    if content.startswith(b"PK\x03\x04"):
        judge = judge_container
    elif is_cms(content):
        judge = judge_cms
    else:
        return validate(content, trust, at=at, file=file)
    if len(content) > LARGEST:
        report = limit_exceeded(f"larger than {LARGEST // 1024 // 1024} MB, which is the most that is judged")
    else:
        report = _judged(judge, content, trust, at)
    return replace(report, file=file, at=at, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def _judged(
    judge: Callable[[bytes, TrustStore, datetime], ValidationReport], content: bytes, trust: TrustStore, at: datetime
) -> ValidationReport:
    try:
        return judge(content, trust, at)
    except MemoryError:
        return limit_exceeded("judging this file takes more memory than is allowed")
    except (Exception, RecursionError) as error:  # noqa: BLE001 - strangers' bytes raise anything; the verdict says so
        return format_failure(f"unreadable ({type(error).__name__}: {error})"[:300])
