"""A store that fails while somebody signs: they are told, nothing is half kept, and the same signature works later."""

from typing import NoReturn

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import Rehearsal

from archive.errors import BlobChanged, BlobStoreDenied, BlobStoreFull, BlobStoreReadOnly, BlobStoreUnavailable
from archive.service import SearchQuery, Visibility
from processes.tables import SigningAttemptRow, StepRecordRow
from web.app import create_app

EVERYTHING = Visibility(owners=None, levels={}, cases=frozenset())
FAILURES = (BlobStoreFull, BlobStoreReadOnly, BlobStoreDenied, BlobStoreUnavailable)


def archived(rehearsal: Rehearsal) -> int:
    with rehearsal.office.reading() as uow:
        return len(uow.archive.search(SearchQuery(text=""), EVERYTHING).documents)


def test_a_signature_waits_until_the_store_takes_it(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    prepared = rehearsal.submit(item, "head", {"text": "Qeyd", "last": True})
    before = archived(rehearsal)
    for failure in FAILURES:

        def fail(_data: bytes, failure: type[BlobStoreFull] = failure) -> NoReturn:
            raise failure(path="/blobs", reason="told by the test")

        with monkeypatch.context() as patch:
            patch.setattr(rehearsal.office.blobs, "put", fail)
            with pytest.raises(failure, match=r"/blobs.*told by the test"):
                rehearsal.sign(prepared, "head")
        assert archived(rehearsal) == before
        assert rehearsal.rows(StepRecordRow, work_item_id=item.id) == []
        (attempt,) = rehearsal.rows(SigningAttemptRow, work_item_id=item.id)
        assert attempt.state == "prepared"
    rehearsal.sign(prepared, "head")
    assert archived(rehearsal) == before + 1


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        (BlobStoreFull(path="/blobs", reason="No space left on device"), 503, "nothing you did is lost"),
        (BlobChanged(sha256="0" * 64, actual="1" * 64), 500, "not those that were kept"),
    ],
    ids=["full", "changed"],
)
def test_the_page_says_what_happened_and_no_path(
    rehearsal: Rehearsal, failure: Exception, status: int, words: str
) -> None:
    app = create_app(rehearsal.office)

    def fail() -> NoReturn:
        raise failure

    app.add_url_rule("/fails", view_func=fail)
    answer = app.test_client().get("/fails", headers={"Accept-Language": "en"})
    assert answer.status_code == status
    assert words in answer.text
    assert "/blobs" not in answer.text
