"""The archive among a million documents: searching on both databases, facets, relevance, taking documents in; proof."""

from benchmarks.run import Figures, Run


def measure(run: Run) -> Figures:
    """Every figure of the archive."""
    from benchmarks.archive import proof, searching

    return {name: value for part in (proof, searching) for name, value in part.measure(run).items()}
