"""What `karguzar archive evidence` does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processes.progress import Progress, Tell
from processes.settings import Settings

if TYPE_CHECKING:
    from archive.service import ArchivedDocument
    from processes.office import Office
    from processes.unit_of_work import UnitOfWork


def make(settings: Settings, algorithm: str | None, *, tell: Tell) -> list[dict[str, Any]]:
    """Bring the evidence up to date; with an algorithm, renew all older hash trees by it first."""
    from processes.evidence import make_evidence, renew_hash_trees

    def told(count: int) -> None:
        tell(Progress(done=count, unit="objects", stage="covering"))

    with _office(settings) as office:
        made = renew_hash_trees(office, algorithm, told) if algorithm else []
        made += make_evidence(office, told)
    return [asdict(batch) for batch in made]


def tell_status(settings: Settings) -> dict[str, Any]:
    """All batches, how much waits for evidence, and when the next renewal is due."""
    from processes.queries.evidence_status import evidence_status

    with _office(settings) as office:
        return asdict(evidence_status(office))


def export(settings: Settings, number: str, target: Path) -> list[str]:
    """Write the evidence records of a document and of its chain of custody; the files' names. The trail says so."""
    from processes.authorization import COMMAND_LINE
    from processes.evidence_checks import documents_numbered
    from processes.use_cases.view_document import EVIDENCE_VIEW, note_view

    with _office(settings) as office:
        with office.reading() as uow:
            documents = documents_numbered(uow, number)
            files = {name: content for each in documents for name, content in _proofs(uow, each)}
        for document in documents:
            note_view(office, document, COMMAND_LINE, EVIDENCE_VIEW)
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (target / name).write_bytes(content)
    return [*files]


def _proofs(uow: "UnitOfWork", document: "ArchivedDocument") -> Iterator[tuple[str, bytes]]:
    from processes.evidence_records import packaged_proofs

    for each in packaged_proofs(uow, document.id):
        name = f"{document.id}-{each.kind}-{each.number}"
        yield f"{name}.ers", each.record
        if each.statement:
            yield f"{name}.json", each.statement


def verify(settings: Settings, numbers: Sequence[str], *, tell: Tell) -> list[dict[str, Any]]:
    """What is wrong: with the evidence of these documents, or with every batch and all it covers."""
    from processes.evidence_checks import check_batches, check_documents

    with _office(settings) as office:
        found = check_documents(office, numbers, tell) if numbers else check_batches(office, tell)
        return [asdict(finding) for finding in found]


@contextmanager
def _office(settings: Settings) -> Iterator["Office"]:
    """The office; errors of the rooms become those of a command."""
    from archive.errors import ArchiveError
    from processes.bootstrap import bootstrap
    from processes.tools import ToolError
    from signing.errors import SigningError

    office = bootstrap(settings)
    try:
        yield office
    except (ArchiveError, SigningError) as error:
        raise ToolError(str(error)) from error
    finally:
        office.close()
