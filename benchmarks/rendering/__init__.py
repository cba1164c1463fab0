"""Rendering a two-page form: ours, warm, against WeasyPrint on the same content."""

from benchmarks.run import Figures, Run


def measure(run: Run) -> Figures:
    """Every figure of rendering."""
    from benchmarks.rendering import pages

    return pages.measure(run)
