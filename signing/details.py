"""A report in full as JSON, and back: what the verify page offers beside the XML, and how reports cross processes."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from signing.report import (
    Material,
    Process,
    Revoking,
    SignatureReport,
    Standing,
    StepFacts,
    StepLink,
    TimestampReport,
    ValidationReport,
    Verdict,
)
from signing.request import SignatureLevel


def as_details(report: ValidationReport) -> dict[str, Any]:
    """Everything the report knows, as plain data; times in UTC."""
    plain: dict[str, Any] = _plain(report)
    return plain


def from_details(data: Mapping[str, Any]) -> ValidationReport:
    """The report that `as_details` told of.

    :raises ValueError: another shape; also KeyError and TypeError
    """
    return ValidationReport(
        **{
            **data,
            "verdict": Verdict(data["verdict"]),
            "level": _level(data["level"]),
            "at": _moment(data["at"]),
            "signatures": tuple(_signature(one) for one in data["signatures"]),
            "findings": tuple(data["findings"]),
            "waits_for": tuple(data["waits_for"]),
            "step": None if data["step"] is None else _step(data["step"]),
        }
    )


def _signature(data: Mapping[str, Any]) -> SignatureReport:
    return SignatureReport(
        **{
            **data,
            "verdict": Verdict(data["verdict"]),
            "level": _level(data["level"]),
            "process": Process(data["process"]),
            "claimed_at": _moment(data["claimed_at"]),
            "proven_at": _moment(data["proven_at"]),
            "material": Material(**data["material"]),
            "standing": None if data["standing"] is None else Standing(**data["standing"]),
            "revoked": None if data["revoked"] is None else _revoking(data["revoked"]),
            "timestamps": tuple(_timestamp(one) for one in data["timestamps"]),
        }
    )


def _revoking(data: Mapping[str, Any]) -> Revoking:
    return Revoking(at=datetime.fromisoformat(data["at"]), reason=data["reason"])


def _step(data: Mapping[str, Any]) -> StepFacts:
    return StepFacts(**{**data, "links": tuple(StepLink(**one) for one in data["links"])})


def _timestamp(data: Mapping[str, Any]) -> TimestampReport:
    return TimestampReport(
        **{
            **data,
            "verdict": Verdict(data["verdict"]),
            "time": datetime.fromisoformat(data["time"]),
            "material": Material(**data["material"]),
        }
    )


def _level(value: str | None) -> SignatureLevel | None:
    return None if value is None else SignatureLevel(value)


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
