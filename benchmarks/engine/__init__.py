"""The engine: a step against stock SpiffWorkflow, long loops, whole cases, the inbox, memory, two workers."""

from benchmarks.run import Figures, Run


def measure(run: Run) -> Figures:
    """Every figure of the engine."""
    # stock SpiffWorkflow is measured in a process that imports this package, too, but not our engine
    from benchmarks.engine import inbox, memory, peer, steps, workers

    return {name: value for part in (steps, peer, workers, memory, inbox) for name, value in part.measure(run).items()}
