"""The documents of a case judged together: each names those before it by the hash of their first bytes.

What is named may be missing, or another document may stand in its place; the hash tells. Only documents that are given
together are compared, and a document that nobody gave makes no verdict worse: it is named.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from signing.report import Finding, StepFacts, StepLink, ValidationReport, Verdict, worst
from signing.timestamp import CLOCK_TOLERANCE

BLOCK = 1024 * 1024
Hashes = dict[tuple[str, int], str]


def _on_disk(file: str) -> BinaryIO:
    return Path(file).open("rb")


def judged_together(
    reports: Sequence[ValidationReport], opened: Callable[[str], BinaryIO] = _on_disk
) -> list[ValidationReport]:
    """The reports of files given together, with what their steps say of each other.

    :param reports: `file` is what `opened` opens: without it, where each lies
    """
    held: dict[str, list[ValidationReport]] = defaultdict(list)
    for report in reports:
        if report.step is not None:
            held[report.step.document].append(report)
    hashes = _hashes(reports, held, opened)
    return [_linked(report, held, hashes) for report in reports]


def _linked(report: ValidationReport, held: dict[str, list[ValidationReport]], hashes: Hashes) -> ValidationReport:
    step = report.step
    if step is None:
        return report
    found: list[str] = []
    verdict = report.verdict
    in_company = any(
        other.step is not None and other.step.case == step.case and other is not report
        for others in held.values()
        for other in others
    )
    for link in step.links:
        others = held.get(link.document, [])
        if not others:
            found += [Finding.STEP_MISSING.says(f"{_of(step)} follows {_to(link)}, which is not here")] * in_company
            continue
        same = [other for other in others if hashes.get((other.file, link.bytes)) == link.sha256]
        problems = list(_order(report, same)) if same else [_swapped(step, link, others)]
        verdict = worst(verdict, Verdict.INDETERMINATE) if problems else verdict
        found += problems
    return replace(report, verdict=verdict, findings=(*report.findings, *found))


def _swapped(step: StepFacts, link: StepLink, others: Sequence[ValidationReport]) -> str:
    names = ", ".join(other.file for other in others)
    return Finding.STEP_SWAPPED.says(
        f"{_of(step)} follows {_to(link)} as it was when it was signed; {names} is not that document"
    )


def _order(report: ValidationReport, earlier: Sequence[ValidationReport]) -> Iterator[str]:
    """The hash proves which document was there first: no signature may claim the contrary."""
    own = min((one.claimed_at for one in report.signatures if one.claimed_at), default=None)
    for other in earlier:
        before = min((one.claimed_at for one in other.signatures if one.claimed_at), default=None)
        if own is not None and before is not None and own < before - CLOCK_TOLERANCE and report.step and other.step:
            told = f"{_of(report.step)} claims to be signed before {_of(other.step)}, which it follows"
            yield Finding.STEP_ORDER.says(told)


def _hashes(
    reports: Sequence[ValidationReport], held: dict[str, list[ValidationReport]], opened: Callable[[str], BinaryIO]
) -> Hashes:
    """SHA-256 of the beginnings that are asked about; each file is read once, however many are."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for report in reports:
        for link in report.step.links if report.step else ():
            for other in held.get(link.document, ()):
                if 0 < link.bytes <= other.bytes:
                    wanted[other.file].add(link.bytes)
    found: Hashes = {}
    for file, lengths in wanted.items():
        beginnings = _beginnings(partial(opened, file), sorted(lengths))
        found.update({(file, length): digest for length, digest in beginnings})
    return found


def _beginnings(opened: Callable[[], BinaryIO], lengths: Sequence[int]) -> Iterator[tuple[int, str]]:
    running, read = hashlib.sha256(), 0
    try:
        with opened() as file:
            for length in lengths:
                while read < length:
                    block = file.read(min(BLOCK, length - read))
                    if not block:
                        return
                    running.update(block)
                    read += len(block)
                yield length, running.copy().hexdigest()
    except OSError:
        # gone since it was judged: what cannot be read is not the document that is named
        return


def _of(step: StepFacts) -> str:
    return step.number or step.document


def _to(link: StepLink) -> str:
    return link.number or link.document
