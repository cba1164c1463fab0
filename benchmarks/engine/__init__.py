"""The engine: a step against stock SpiffWorkflow, long loops, whole cases, the inbox, memory, two workers."""

from benchmarks.run import Figures, Run


def measure(run: Run) -> Figures:
    """Every figure of the engine."""
    from benchmarks.engine import steps  # stock SpiffWorkflow runs beside us in a process without our engine

    return {**steps.measure(run)}
