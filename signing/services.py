"""Trust services of a trusted list: for what, and from when to when they were granted (ETSI TS 119 612, 5.5)."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Purpose(StrEnum):
    """What an anchor vouches for."""

    SIGNATURES = "signatures"
    """certificates of signers and of whoever answers for them"""
    TIMESTAMPS = "timestamps"


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment until another one, which is no part of it."""

    begins: datetime
    ends: datetime | None = None
    """None: it lasts"""

    def covers(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.begins <= moment and (self.ends is None or moment < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedService:
    """A certificate that anchors chains at the times at which its service was granted, and at no others."""

    certificate: bytes = field(repr=False)
    """DER: of an authority, or of a time-stamping unit itself"""
    purpose: Purpose
    name: str = ""
    """provider and service, as the list calls them"""
    periods: tuple[Period, ...] = ()
    """when it was granted, oldest first"""
    known_until: datetime | None = None
    """nextUpdate of the list: of what comes after that nothing is known. None: the list is closed and tells the past"""

    def granted_at(self, moment: datetime) -> bool:
        """Whether it was granted then, as far as the list knows."""
        if self.known_until is not None and moment >= self.known_until:
            return False
        return any(one.covers(moment) for one in self.periods)

    def objection_at(self, moment: datetime) -> str:
        """Why it was not granted at a moment, in words."""
        when = f"{moment:%Y-%m-%d %H:%M} UTC"
        ended = [one.ends for one in self.periods if one.ends is not None and one.ends <= moment]
        if any(one.covers(moment) for one in self.periods) and self.known_until is not None:
            return f"the trusted list that names {self.name} ended on {self.known_until:%Y-%m-%d %H:%M} UTC"
        if ended:
            return f"the trusted service {self.name} was withdrawn on {max(ended):%Y-%m-%d %H:%M} UTC"
        return f"the trusted service {self.name} was not granted on {when}"

    def as_json(self) -> dict[str, Any]:
        """Plain data, for other processes."""
        return {
            "certificate": base64.b64encode(self.certificate).decode("ascii"),
            "purpose": self.purpose.value,
            "name": self.name,
            "periods": periods_as_json(self.periods),
            "known_until": None if self.known_until is None else self.known_until.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TrustedService":
        """What `as_json` told of.

        :raises ValueError: another shape; also KeyError and TypeError
        """
        until = data["known_until"]
        return cls(
            certificate=base64.b64decode(data["certificate"]),
            purpose=Purpose(data["purpose"]),
            name=data["name"],
            periods=periods_from_json(data["periods"]),
            known_until=None if until is None else datetime.fromisoformat(until),
        )


def periods_as_json(periods: Iterable[Period]) -> list[list[str | None]]:
    """Pairs of beginning and end in ISO 8601."""
    return [[one.begins.isoformat(), None if one.ends is None else one.ends.isoformat()] for one in periods]


def periods_from_json(data: Iterable[tuple[str, str | None]]) -> tuple[Period, ...]:
    """What `periods_as_json` told of.

    :raises ValueError: another shape; also TypeError
    """
    return tuple(
        Period(datetime.fromisoformat(begins), None if ends is None else datetime.fromisoformat(ends))
        for begins, ends in data
    )
