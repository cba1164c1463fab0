"""A state machine over the archive: whatever is taken in, held, disposed of, exported, imported, proven, killed and
restarted, nothing is lost, nothing changes, a hold wins, custody is unbroken, and what was proven stays proven.

A kill is a transaction that is never committed, at the moments between a blob's and a row's writing, with new
connections afterwards; processes that are really killed are test_kill's and test_moving_between_stores'.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule
from sqlalchemy.orm import Session

from archive.blob_locks import BlobLocks
from archive.blobs import BlobStore
from archive.disposal import Removal
from archive.documents import Accession, Classification, DocumentStatus
from archive.errors import AccessionConflict, DocumentDestroyed, DocumentOnHold, RetentionNotOver
from archive.evidence import HEADS, Evidence, EvidenceObject, ObjectKind
from archive.holds import HoldTarget
from archive.packages import (
    PackagedDocument,
    PackagedProof,
    PackageInfo,
    PackageShape,
    check_package,
    new_package,
    packaged_documents,
)
from archive.retention import ACT_REPEALED_ON, RetentionClass
from archive.service import Archive
from processes.database import create_engine
from processes.evidence import make_evidence, renew_hash_trees
from processes.evidence_records import packaged_proofs, record_of
from processes.office import Office
from processes.settings import Settings
from signing.authority import PilotAuthority
from signing.evidence_validation import EvidenceTrust, hashes_of, validate_evidence
from signing.report import Verdict
from signing.service import Signing

NOW = datetime(2026, 3, 19, 9, 30, tzinfo=UTC)
AT_ONCE = timedelta(days=-1)
FEW = 4
"""documents: holds and disposals are to meet"""
TITLE = dict.fromkeys(("az", "kk", "ru", "en"), "Orders")
ORDERS = RetentionClass(code="orders", title=TITLE, starts="act_repealed", years=3, action="destroy", ground="m. 19")
DESTROY = Removal(status=DocumentStatus.DESTROYED, ground="m. 19", act="D-1", over_on=NOW.date())
INFO = PackageInfo(name="p", organisation="o", made_at=NOW, language="en", software="test")
FOLDERS = (PackageShape.BAGIT, PackageShape.SIP, PackageShape.AIP, PackageShape.READABLE)
CONTENT = st.sampled_from([b"%PDF one", b"%PDF two", b"%PDF three" * 100])


@dataclass
class Kept:
    """What the test knows of a document."""

    revisions: list[bytes]
    holds: list[UUID] = field(default_factory=list)
    over: bool = False
    gone: bool = False


@dataclass(frozen=True)
class Place:
    """Where an archive under test lives."""

    url: str
    open_blobs: Callable[[], BlobStore]
    leave: Callable[[], None]


class Killed(Exception):
    """The process is gone at this moment."""


def _killed(*_: object, **__: object) -> None:
    raise Killed


def nothing_but(clock: Callable[[], datetime]) -> Any:
    """A clock for an office that only asks the time."""
    return clock


def nobody_else(_names: Sequence[str]) -> set[str]:
    return set()


class ArchiveMachine(RuleBasedStateMachine):
    """One archive and, for imports, a sister."""

    documents: Bundle[UUID] = Bundle("documents")
    holds: Bundle[tuple[UUID, UUID]] = Bundle("holds")

    def __init__(
        self, place: Callable[[Path], Place], sister: Callable[[Path], Place], authority: PilotAuthority
    ) -> None:
        super().__init__()
        self.authority = authority
        self.proven: dict[EvidenceObject, int] = {}
        self.folder = Path(tempfile.mkdtemp())
        self.places = [place(self.folder / "a"), sister(self.folder / "b")]
        self.known: dict[UUID, Kept] = {}
        self.packages = 0
        self.start()

    def start(self) -> None:
        self.engines = [create_engine(each.url) for each in self.places]
        self.blobs, self.sister_blobs = (each.open_blobs() for each in self.places)

    @property
    def office(self) -> Office:
        """As much of an office as evidence needs."""
        clock = lambda: NOW  # noqa: E731 - a clock that stands
        nothing: Any = None
        return Office(
            settings=Settings(home=self.folder, database_url=self.database_url),
            database=self.engines[0],
            clock=nothing_but(clock),
            blobs=self.blobs,
            keys=nothing,
            signing=Signing(clock=clock, timestamper=self.authority.timestamper(clock), trust=self.authority.anchors),
            renderer=nothing,
            validator=nothing,
            definitions=nothing,
            enqueue=nothing,
        )

    @property
    def database_url(self) -> str:
        url = self.places[0].url
        return url if url.startswith("postgresql") else ""

    def teardown(self) -> None:
        self.what_was_proven_stays_proven()
        self.finish_erasures()
        self.sweep()
        self.only_what_is_kept_is_stored()
        for engine, place in zip(self.engines, self.places, strict=True):
            engine.dispose()
            place.leave()
        shutil.rmtree(self.folder)

    @contextmanager
    def archive(self, *, killed: bool = False) -> Iterator[Archive]:
        """A transaction; killed: everything was done but the commit."""
        with Session(self.engines[0], expire_on_commit=False) as session:
            yield Archive(session, blobs=self.blobs, now=NOW)
            if not killed:
                session.commit()

    @initialize()
    def open_retention(self) -> None:
        with self.archive() as archive:
            archive.save_retention_class(ORDERS)

    # what happens

    @precondition(lambda self: len(self.known) < FEW)
    @rule(target=documents, content=CONTENT)
    def take_in(self, content: bytes) -> UUID:
        identity = uuid4()
        with self.archive() as archive:
            archive.accession(self.accession(identity, content, self.blobs), actor="clerk")
        self.known[identity] = Kept([content])
        return identity

    @rule(content=CONTENT)
    def take_in_and_be_killed(self, content: bytes) -> None:
        with self.archive(killed=True) as archive:
            archive.accession(self.accession(uuid4(), content, self.blobs), actor="clerk")
        self.restart()

    @rule(document=documents, more=st.sampled_from([b"T", b"TL"]))
    def append(self, document: UUID, more: bytes) -> None:
        kept = self.known[document]
        content = kept.revisions[-1] + more
        blob = self.blobs.put(content)
        try:
            with self.archive() as archive:
                archive.add_revision(document, blob, level="B-T", reason="timestamp", actor="job")
        except DocumentDestroyed:
            assert kept.gone
        else:
            assert not kept.gone
            kept.revisions.append(content)

    @rule(target=holds, document=documents)
    def hold(self, document: UUID) -> tuple[UUID, UUID]:
        kept = self.known[document]
        try:
            with self.archive() as archive:
                held = archive.place_hold(HoldTarget(document_id=document), ground="lawsuit", actor="archivist")
        except DocumentDestroyed:
            assert kept.gone
            return document, UUID(int=0)
        kept.holds.append(held.id)
        return document, held.id

    @rule(hold=consumes(holds))
    def lift(self, hold: tuple[UUID, UUID]) -> None:
        document, identity = hold
        if identity.int:
            with self.archive() as archive:
                archive.lift_hold(identity, ground="settled", actor="archivist")
            self.known[document].holds.remove(identity)

    @rule(document=documents)
    def period_ends(self, document: UUID) -> None:
        kept = self.known[document]
        if not kept.gone:
            with self.archive() as archive:
                archive.classify([document], Classification(retention_class="orders"), actor="archivist")
                archive.record_retention_facts([document], {ACT_REPEALED_ON: date(2020, 5, 1)}, actor="archivist")
            kept.over = True

    @rule(document=documents, over=st.booleans(), killed=st.booleans())
    def dispose(self, document: UUID, *, over: bool, killed: bool) -> None:
        if over:
            self.period_ends(document)
        kept = self.known[document]
        try:
            with self.archive(killed=killed) as archive:
                archive.disposal.remove(document, DESTROY, actor="commission")
        except DocumentOnHold:
            assert kept.holds
        except RetentionNotOver:
            assert not kept.over
        else:
            assert kept.gone or (kept.over and not kept.holds), "a hold wins, and no period is cut short"
            kept.gone = kept.gone or not killed

    @rule(killed=st.booleans())
    def erase_next(self, *, killed: bool) -> None:
        self.tell_locks()
        with self.archive(killed=killed) as archive:
            for erasure in archive.disposal.waiting(limit=1):
                archive.disposal.erase(erasure, nobody_else)
        if killed:
            self.restart()

    @rule()
    def sweep(self) -> None:
        with self.archive() as archive:
            archive.sweep_orphans(nobody_else, grace=AT_ONCE)

    @rule()
    def tell_locks(self) -> None:
        if not self.blobs.locks:
            return
        with Session(self.engines[0]) as session:
            locks = BlobLocks(session, now=NOW, ahead=timedelta(days=3650))
            wanted = locks.wanted([*locks.holds_to_tell("", 100), *locks.periods_to_tell("", 100)])
            for name, lock in wanted.items():
                self.blobs.lock(name, lock)
            locks.record(wanted)
            session.commit()

    @rule(killed=st.sampled_from([None, "collecting", "sealing"]))
    def prove(self, *, killed: str | None) -> None:
        """Evidence over everything; the next run finishes what a killed one began."""
        step = {"collecting": "cover", "sealing": "seal"}.get(killed or "")
        with pytest.MonkeyPatch.context() as patch:
            if step:
                patch.setattr(Evidence, step, _killed)
            try:
                made = make_evidence(self.office)
            except Killed:
                self.restart()
                return
        self.note_proven()
        # what a kill before its sealing had collected whole, one while collecting no more keeps from being sealed
        assert not made or killed != "sealing"

    @rule(algorithm=st.sampled_from(["sha384", "sha512"]))
    def renew(self, *, algorithm: str) -> None:
        renew_hash_trees(self.office, algorithm)
        self.note_proven()

    def note_proven(self) -> None:
        with self.archive() as archive:
            assert archive.evidence.collecting() == []
            for batch in archive.evidence.batches():
                for member in archive.evidence.members(batch.number, after=None, limit=1000):
                    self.proven[member.object] = batch.number

    @rule()
    def what_was_proven_stays_proven(self) -> None:
        trust = EvidenceTrust(self.authority.anchors(), NOW)
        with self.archive() as archive:
            for one in self.proven:
                record = record_of(archive.evidence, one)
                assert record is not None
                if (content := self.covered(archive, one)) is None:
                    continue  # of what is destroyed the hash alone is proven
                report = validate_evidence(record.der, hashes_of(content), trust)
                assert report.verdict is not Verdict.TOTAL_FAILED, (one, report)
                assert validate_evidence(record.der, hashes_of(content + b"!"), trust).verdict is Verdict.TOTAL_FAILED

    def covered(self, archive: Archive, one: EvidenceObject) -> bytes | None:
        if one.kind == ObjectKind.TOKEN:
            return archive.evidence.batch(int(one.subject)).token
        if one.kind in HEADS:
            return one.statement()
        identity = UUID(one.subject)
        return None if self.known[identity].gone else archive.fetch(identity, one.number)

    @rule()
    def restart(self) -> None:
        for engine in self.engines:
            engine.dispose()
        self.start()

    @precondition(lambda self: any(not each.gone for each in self.known.values()))
    @rule(killed=st.booleans(), shape=st.sampled_from(FOLDERS))
    def export_and_import(self, *, killed: bool, shape: PackageShape) -> None:
        self.packages += 1
        target = self.folder / f"package-{self.packages}"
        try:
            self.export(target, shape, killed=killed)
        except Killed:
            assert not target.exists()
            return
        assert check_package(target) == []
        for told, file in packaged_documents(target):
            self.bring_in(UUID(told["id"]), file.read_bytes())

    def export(self, target: Path, shape: PackageShape, *, killed: bool) -> None:
        living = [identity for identity, kept in self.known.items() if not kept.gone]
        with self.archive() as archive, new_package(target, shape, INFO, lambda _: b"") as package:
            for document in archive.documents(living):
                content, revisions = archive.fetch(document.id), archive.revisions(document.id)
                custody = archive.custody(document.id)
                packaged = PackagedDocument(document=document, content=content, revisions=revisions, custody=custody)
                package.add(replace(packaged, proofs=self.proofs(document.id)))
            if killed:
                raise Killed

    def proofs(self, document_id: UUID) -> list[PackagedProof]:
        with self.office.reading() as uow:
            return packaged_proofs(uow, document_id)

    def bring_in(self, identity: UUID, content: bytes) -> None:
        assert content == self.known[identity].revisions[-1]
        with Session(self.engines[1], expire_on_commit=False) as session:
            archive = Archive(session, blobs=self.sister_blobs, now=NOW)
            try:
                archive.accession(self.accession(identity, content, self.sister_blobs), actor="import")
            except AccessionConflict:
                assert archive.fetch(identity) in self.known[identity].revisions, "it came with an earlier revision"
            else:
                assert archive.fetch(identity) == content
            session.commit()

    # what always holds

    @invariant()
    def nothing_is_lost_or_changed(self) -> None:
        with self.archive() as archive:
            for identity, kept in self.known.items():
                if kept.gone:
                    with pytest.raises(DocumentDestroyed):
                        archive.fetch(identity)
                    assert len(archive.revisions(identity)) == len(kept.revisions)
                    continue
                for number, content in enumerate(kept.revisions, start=1):
                    assert archive.fetch(identity, number) == content

    @invariant()
    def rows_bytes_and_custody_are_sound(self) -> None:
        with self.archive() as archive:
            for identity in self.known:
                archive.verify_custody(identity)
            checked = archive.fixity.check()
            assert checked is None or checked.findings == ()
            assert (checked.checked if checked else 0) == len(self.known)

    def finish_erasures(self) -> None:
        self.tell_locks()
        with self.archive() as archive:
            for erasure in archive.disposal.waiting():
                archive.disposal.erase(erasure, nobody_else)
            assert archive.disposal.waiting() == []

    def only_what_is_kept_is_stored(self) -> None:
        living = [content for kept in self.known.values() if not kept.gone for content in kept.revisions]
        with self.archive() as archive:
            names = {each.sha256 for identity in self.known for each in archive.revisions(identity)}
            stored = {name for name in names if self.blobs.exists(name)}
        assert {len(self.blobs.get(name)) for name in stored} == {len(content) for content in living}
        assert len(stored) == len(set(living))

    @staticmethod
    def accession(identity: UUID, content: bytes, blobs: BlobStore) -> Accession:
        blob = blobs.put(content)
        return Accession(id=identity, owner="housing", number="1", type="answer", title="t", blob=blob)
