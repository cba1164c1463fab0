"""Packages people ask for: chosen anew when the job runs, killed anywhere, noted once, given to whoever asked."""

import contextlib
import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from rehearsal import Rehearsal

from archive.packages import PackageShape, check_package, opened, packaged_documents
from archive.service import Accession, Classification
from processes import exporting
from processes.errors import ExportRefused, NotFound
from processes.exporting import exports_folder, make_export, packed, request_of, sweep_exports
from processes.queries.archive_list import ArchiveFilter
from processes.queries.exports import ExportLine, own_exports
from processes.tables import ExportRow
from processes.use_cases import start_export as asking
from processes.use_cases.quarantine_document import QuarantineDocument, quarantine_document
from processes.use_cases.start_export import ExportOne, StartExport, drop_export, export_one, open_export, start_export

Ask = Callable[..., UUID]


class Killed(BaseException):
    """As kill -9: nothing of ours gets to act on it."""


@pytest.fixture
def documents(rehearsal: Rehearsal) -> list[UUID]:
    office = rehearsal.office
    ids = [uuid4() for _ in range(3)]
    with office.unit_of_work() as uow:
        for number, identity in enumerate(ids):
            taken = Accession(
                id=identity,
                owner=str(rehearsal.body("executive")),
                number=f"X/{number}",
                type="answer",
                title="kanalizasiya",
                blob=office.blobs.put(b"%%PDF %d" % number),
            )
            uow.archive.accession(taken, actor="test")
        uow.commit()
    return ids


@pytest.fixture
def ask(rehearsal: Rehearsal) -> Ask:
    def asked(login: str = "executor2", shape: PackageShape = PackageShape.BAGIT, form_id: UUID | None = None) -> UUID:
        request = StartExport(
            form_id=form_id or uuid4(),
            shape=shape,
            language="az",
            by=rehearsal.person(login),
            wanted=ArchiveFilter(text="kanalizasiya"),
        )
        return start_export(rehearsal.office, request)

    return asked


def line(rehearsal: Rehearsal, login: str = "executor2") -> ExportLine:
    [found] = own_exports(rehearsal.office, rehearsal.person(login))
    return found


def times_out(rehearsal: Rehearsal, document_id: UUID) -> int:
    with rehearsal.office.reading() as uow:
        return sum(each.event == "exported" for each in uow.archive.custody(document_id))


def restrict(rehearsal: Rehearsal, *ids: UUID) -> None:
    with rehearsal.office.unit_of_work() as uow:
        secret = Classification(access_level="commercial_secret", access_ground="Qanun, 7")
        uow.archive.classify(ids, secret, actor="test")
        uow.commit()


def test_a_killed_job_goes_on_and_notes_once(
    rehearsal: Rehearsal, documents: list[UUID], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, person = rehearsal.office, rehearsal.person("executor2")
    form = uuid4()
    export_id = ask(form_id=form)
    assert ask(form_id=form) == export_id

    def killed(*_: object, **__: object) -> None:
        raise Killed

    for place in ("write_container", "note_exported"):
        with monkeypatch.context() as patch:
            patch.setattr(exporting, place, killed)
            with pytest.raises(Killed):
                make_export(office, export_id)
        assert line(rehearsal).state == "waiting"
        assert list((exports_folder(office) / str(export_id)).iterdir()), "it was killed in the middle"
        with pytest.raises(NotFound):
            open_export(office, export_id, person)
    assert times_out(rehearsal, documents[0]) == 0
    assert make_export(office, export_id) == "ready"
    assert make_export(office, export_id) == "over"
    assert [times_out(rehearsal, each) for each in documents] == [1, 1, 1]
    with office.reading() as uow:
        package = packed(request_of(office, uow.session.get_one(ExportRow, export_id)))
    with opened(package) as folder:
        assert check_package(folder) == []
        assert {UUID(told["id"]) for told, _ in packaged_documents(folder)} == set(documents)
    assert exports_folder(office).stat().st_mode & 0o077 == 0

    with office.unit_of_work() as uow:
        uow.update(ExportRow, {"id": export_id}, ends_at=uow.now)
        uow.commit()
    sweep_exports(office)
    assert not list(exports_folder(office).iterdir())
    assert not own_exports(office, person)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_may_be_read_is_asked_when_it_runs_and_when_it_is_fetched(
    rehearsal: Rehearsal, documents: list[UUID], ask: Ask
) -> None:
    office, person, other = rehearsal.office, rehearsal.person("executor2"), rehearsal.person("archivist")
    export_id = ask()
    restrict(rehearsal, documents[0])
    assert make_export(office, export_id) == "ready"
    assert (line(rehearsal).left_out, line(rehearsal).state) == (1, "ready")
    assert times_out(rehearsal, documents[0]) == 0
    with pytest.raises(NotFound):
        open_export(office, export_id, other)
    with pytest.raises(NotFound):
        drop_export(office, export_id, other)
    open_export(office, export_id, person)[1].close()
    with pytest.raises(NotFound):
        export_one(
            office, ExportOne(document_id=documents[0], shape=PackageShape.ASICE, language="az", by=person)
        )  # restricted above

    restrict(rehearsal, documents[1])
    with pytest.raises(ExportRefused) as refused:
        open_export(office, export_id, person)
    assert refused.value.reason == "withdrawn"
    again = ask()
    restrict(rehearsal, documents[2])
    assert make_export(office, again) == "failed"
    assert {each.reason for each in own_exports(office, person)} == {None, "nothing"}

    whole = ask("archivist")
    make_export(office, whole)
    lock_away = QuarantineDocument(
        by=other, document_id=documents[0], second=rehearsal.person("head"), ground="dövlət sirri"
    )
    quarantine_document(office, lock_away)
    sweep_exports(office)
    assert line(rehearsal, "archivist").state == "withdrawn"
    assert str(whole) not in {each.name for each in exports_folder(office).iterdir()}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("documents")
def test_too_much_is_refused_before_a_job_begins(
    rehearsal: Rehearsal, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most, reason in (
        ("MOST_AT_ONCE", 2, "too-many"),
        ("MOST_BYTES", 5, "too-large"),
        ("MOST_KEPT", 0, "too-many-kept"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(asking, name, most)
            with pytest.raises(ExportRefused) as refused:
                ask()
        assert (refused.value.reason, refused.value.most) == (reason, most)
    assert not own_exports(rehearsal.office, rehearsal.person("executor2"))


def test_a_form_sent_twice_at_the_same_moment_begins_one_export(
    rehearsal: Rehearsal, documents: list[UUID], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL lets both look before either has written; SQLite lets the second look only afterwards."""
    both_looked = threading.Barrier(2)
    asked_for = asking._asked_for

    def waiting(uow: asking.UnitOfWork, request: StartExport) -> list[asking.ArchivedDocument]:
        with contextlib.suppress(threading.BrokenBarrierError):
            both_looked.wait(timeout=2)
        return asked_for(uow, request)

    monkeypatch.setattr(asking, "_asked_for", waiting)
    form, told = uuid4(), []
    senders = [threading.Thread(target=lambda: told.append(ask(form_id=form))) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(timeout=60)
    assert len(documents) == 3
    assert len(told) == 2
    assert len(set(told)) == 1
    with rehearsal.office.reading() as uow:
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(ExportRow)) == 1
