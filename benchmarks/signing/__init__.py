"""Signing: B-B against pyHanko and @signpdf, the levels above, evidence, and the whole signed step."""

from benchmarks.run import Figures, Run


def measure(run: Run) -> Figures:
    """Every figure of signing."""
    from benchmarks.signing import bulk, evidence, levels, signatures, whole

    parts = (signatures, levels, evidence, whole, bulk)
    return {name: value for part in parts for name, value in part.measure(run).items()}
