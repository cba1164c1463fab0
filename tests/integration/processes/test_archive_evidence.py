"""Evidence over the whole archive: one timestamp a batch, made by itself, killed anywhere, renewed before it ends."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from archive.evidence import EvidenceObject
from archive.service import Accession, ArchivedDocument
from processes import evidence as making
from processes.evidence import make_evidence, renew_hash_trees
from processes.evidence_records import evidence_trust, judge, newest_of, record_of, term_of
from processes.office import Office
from signing.errors import TimestampFailed
from signing.evidence_validation import hashes_of
from signing.report import Verdict

TakeIn = Callable[[bytes], ArchivedDocument]


@pytest.fixture
def take_in(office: Office) -> TakeIn:
    def accession(content: bytes) -> ArchivedDocument:
        blob = office.blobs.put(content)
        with office.unit_of_work() as uow:
            taken = uow.archive.accession(
                Accession(id=uuid4(), owner="body", number="E-1", type="answer", title="t", blob=blob), actor="clerk"
            )
            uow.commit()
        return taken

    return accession


def revision(document: ArchivedDocument) -> EvidenceObject:
    return EvidenceObject(kind="document", subject=document.id.hex, number=document.revision, sha256=document.sha256)


def judged(office: Office, one: EvidenceObject, content: bytes) -> tuple[Verdict, int] | None:
    with office.reading() as uow:
        report = judge(uow.archive.evidence, one, hashes_of(content), evidence_trust(office)).report
    return (report.verdict, len(report.timestamps)) if report else None


def test_one_timestamp_covers_every_revision_and_the_head_of_every_chain(office: Office, take_in: TakeIn) -> None:
    documents = {content: take_in(content) for content in (b"one", b"two", b"two")}
    [made] = make_evidence(office)
    with office.reading() as uow:
        covered = uow.archive.evidence.members(made.number, after=None, limit=1000)
    assert {each.object.kind for each in covered} == {"document", "custody", "audit"}
    assert made.objects == len(covered)
    for content, document in documents.items():
        assert judged(office, revision(document), content) == (Verdict.TOTAL_PASSED, 1)
        assert judged(office, revision(document), content + b"!") == (Verdict.TOTAL_FAILED, 1)
    for each in covered:
        if each.object.kind != "document":
            assert judged(office, each.object, each.object.statement()) == (Verdict.TOTAL_PASSED, 1)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_again_it_makes_nothing_until_something_is_new(office: Office, take_in: TakeIn) -> None:
    make_evidence(office)
    assert make_evidence(office) == []
    document = take_in(b"new")
    [made] = make_evidence(office)
    assert made.objects == 2  # the document, and its chain of custody
    with office.unit_of_work() as uow:
        uow.archive.record_event(document.id, "viewed", "clerk")
        uow.commit()
    [made] = make_evidence(office)
    with office.reading() as uow:
        [only] = uow.archive.evidence.members(made.number, after=None, limit=9)
    assert (only.object.kind, only.object.number) == ("custody", 2)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_an_outage_of_the_authority_or_a_kill_leaves_is_finished_by_the_next_run(
    office: Office, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_in(b"first")
    with monkeypatch.context() as patch:
        patch.setattr(type(office.signing), "stamp", _unanswered)
        with pytest.raises(TimestampFailed):
            make_evidence(office)
        later = take_in(b"later")
        with pytest.raises(TimestampFailed):
            make_evidence(office)
    assert judged(office, revision(first), b"first") is None
    [made] = make_evidence(office)
    with office.reading() as uow:
        assert [batch.state for batch in uow.archive.evidence.batches()] == ["sealed"]
    for document, content in ((first, b"first"), (later, b"later")):
        assert judged(office, revision(document), content) == (Verdict.TOTAL_PASSED, 1)
    assert made.number == 1


def _unanswered(*_: object) -> bytes:
    raise TimestampFailed("no answer")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_full_batch_is_followed_by_another(office: Office, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    make_evidence(office)
    monkeypatch.setattr(making, "LARGEST_BATCH", 4)
    monkeypatch.setattr(making, "SLICE", 2)
    documents = [take_in(b"%d" % number) for number in range(5)]
    made = make_evidence(office)
    assert (len(made), sum(batch.objects for batch in made)) == (3, 10)
    for number, document in enumerate(documents):
        assert judged(office, revision(document), b"%d" % number) == (Verdict.TOTAL_PASSED, 1)


def test_the_timestamp_is_renewed_before_its_authority_ends_and_the_tree_before_its_hash(
    office: Office, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = take_in(b"kept for long")
    one = revision(document)
    [first] = make_evidence(office)
    with office.reading() as uow:
        term = term_of(office, uow.archive.evidence.batch(first.number))
    assert term is not None
    later = term.until - timedelta(days=office.settings.renew_days) + timedelta(hours=1)
    monkeypatch.setattr(office.clock, "_real", lambda: later)
    [second, *_rest] = make_evidence(office)
    assert second.objects == 1
    assert judged(office, one, b"kept for long") == (Verdict.TOTAL_PASSED, 2)
    assert make_evidence(office) == []
    [third] = renew_hash_trees(office, "sha512")
    assert (third.algorithm, third.renews[0]) == ("sha512", first.number)
    assert judged(office, one, b"kept for long") == (Verdict.TOTAL_PASSED, 3)
    assert judged(office, one, b"kept for lonG") == (Verdict.TOTAL_FAILED, 3)
    assert renew_hash_trees(office, "sha512") == []
    with office.reading() as uow:
        record = record_of(uow.archive.evidence, one)
        assert newest_of(uow.archive.evidence, uow.archive.evidence.batch(first.number)).number == second.number
    assert record is not None
    assert [len(chain) for chain in record.chains] == [2, 1]


def test_a_hash_tree_that_was_half_collected_when_the_process_died_is_finished(
    office: Office, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = take_in(b"half")
    [first] = make_evidence(office)
    with monkeypatch.context() as patch:
        patch.setattr(making, "SLICE", 3)
        patch.setattr(type(office.signing), "stamp", _unanswered)
        with pytest.raises(TimestampFailed):
            renew_hash_trees(office, "sha384")
    with office.reading() as uow:
        [begun] = uow.archive.evidence.collecting()
    assert begun.objects == first.objects
    [made] = make_evidence(office)
    assert (made.number, made.objects, made.renews) == (begun.number, first.objects, (first.number,))
    assert judged(office, revision(document), b"half") == (Verdict.TOTAL_PASSED, 2)
