"""The linter's rules, a module a subject. Importing this enters them all."""

from engine.rules import (
    activities,
    diagram,
    elements,
    events,
    expressions,
    forms,
    gateways,
    scenarios,
    structure,
    tokens,
    variables,
)

__all__ = [
    "activities",
    "diagram",
    "elements",
    "events",
    "expressions",
    "forms",
    "gateways",
    "scenarios",
    "structure",
    "tokens",
    "variables",
]
