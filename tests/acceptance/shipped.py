"""Well-filled forms: those of the scenarios that the process packages ship."""

import tomllib
from datetime import date
from typing import Any

from acceptance.served_office import ROOT


def fields(package: str, scenario: str, element: str, occurrence: int = 0) -> dict[str, Any]:
    """What a scenario fills in at a step, dates as dates."""
    steps = _scenario(package, scenario)["step"]
    found = [step["fields"] for step in steps if step.get("element") == element]
    return {name: _typed(value) for name, value in found[occurrence].items()}


def start_fields(package: str, scenario: str) -> dict[str, Any]:
    """What a scenario's case begins with."""
    return {name: _typed(value) for name, value in _scenario(package, scenario)["fields"].items()}


def remarks(package: str, scenario: str, element: str) -> dict[str, str]:
    """Field → the remark made on it at a step."""
    step = next(step for step in _scenario(package, scenario)["step"] if step.get("element") == element)
    return {remark["field"]: remark["text"] for remark in step["remarks"]}


def _scenario(package: str, scenario: str) -> dict[str, Any]:
    file = ROOT / "bpmn" / package / "scenarios" / f"{scenario}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _typed(value: Any) -> Any:
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        return date.fromisoformat(value)
    return value.strip() if isinstance(value, str) else value
