"""The linter's rules, a module a subject. Importing this enters them all."""

from engine.rules import (
    activities,
<<<<<<< HEAD
    calls,
=======
    circles,
>>>>>>> 6d95ee0 (The linter: mutated models, other tools' dialects, circles without a wait; booleans may be 1 and 0)
    collaborations,
    compensations,
    constants,
    data,
    diagram,
    elements,
    events,
    expressions,
    flows,
    forms,
    gateways,
    geometry,
    processes,
    references,
    scenarios,
    schema,
    structure,
    tokens,
    variables,
)

__all__ = [
    "activities",
<<<<<<< HEAD
    "calls",
=======
    "circles",
>>>>>>> 6d95ee0 (The linter: mutated models, other tools' dialects, circles without a wait; booleans may be 1 and 0)
    "collaborations",
    "compensations",
    "constants",
    "data",
    "diagram",
    "elements",
    "events",
    "expressions",
    "flows",
    "forms",
    "gateways",
    "geometry",
    "processes",
    "references",
    "scenarios",
    "schema",
    "structure",
    "tokens",
    "variables",
]
