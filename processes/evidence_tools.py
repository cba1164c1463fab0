"""What `karguzar archive evidence` does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processes.progress import Progress, Tell
from processes.settings import Settings

if TYPE_CHECKING:
    from processes.office import Office


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
    """Write the evidence records of a document and of its chain of custody; the files' names."""
    from processes.evidence_checks import documents_numbered
    from processes.evidence_records import packaged_proofs

    written: list[str] = []
    with _office(settings) as office, office.reading() as uow:
        documents = documents_numbered(uow, number)
        target.mkdir(parents=True, exist_ok=True)
        for document in documents:
            for each in packaged_proofs(uow, document.id):
                name = f"{document.id}-{each.kind}-{each.number}"
                files = {f"{name}.ers": each.record}
                if each.statement:
                    files[f"{name}.json"] = each.statement
                for file, content in files.items():
                    (target / file).write_bytes(content)
                written += files
    return written


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
