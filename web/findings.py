"""A line of an error summary."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFinding:
    """What is wrong, and the place on the page to repair it."""

    text: str
    href: str = ""
    severity: str = "error"
