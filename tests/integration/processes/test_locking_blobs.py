"""An office whose blobs are in S3: what the database says of holds and periods reaches the bucket."""

from datetime import timedelta
from uuid import uuid4

import pytest

from archive.blobs import nobody
from archive.blobs.s3 import S3BlobStore
from archive.errors import BlobLocked
from archive.holds import HoldTarget
from archive.service import Accession, ArchivedDocument
from processes.office import Office
from processes.use_cases.lock_blobs import lock_held_blobs, lock_kept_blobs

pytestmark = pytest.mark.xdist_group("s3")
AT_ONCE = timedelta(hours=-1)


def take_in(office: Office, content: bytes) -> ArchivedDocument:
    blob = office.blobs.put(content)
    with office.unit_of_work() as uow:
        accession = Accession(id=uuid4(), owner="housing", number="1", type="answer", title="t", blob=blob)
        document = uow.archive.accession(accession, actor="clerk")
        uow.commit()
    return document


def test_holds_and_periods_reach_the_bucket(office: Office, s3_store: S3BlobStore) -> None:
    office.clock.return_to_present()
    office.blobs = s3_store
    document = take_in(office, b"%PDF signed")
    names = [document.sha256]
    lock_kept_blobs(office)
    assert s3_store.sweep(nobody, grace=AT_ONCE) == []
    with office.unit_of_work() as uow:
        hold = uow.archive.place_hold(HoldTarget(document_id=document.id), ground="lawsuit", actor="archivist")
        uow.commit()
    assert lock_held_blobs(office) == 1
    with pytest.raises(BlobLocked):
        s3_store.erase(names, nobody, grace=AT_ONCE)
    with office.unit_of_work() as uow:
        uow.archive.lift_hold(hold.id, ground="settled", actor="archivist")
        uow.commit()
    assert lock_held_blobs(office) == 1
    assert s3_store.erase(names, nobody, grace=AT_ONCE) == names


def test_a_bucket_that_does_not_answer_is_told_later(
    office: Office, s3_store: S3BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.clock.return_to_present()
    office.blobs = s3_store
    take_in(office, b"%PDF signed")
    with monkeypatch.context() as patch:
        refuse = BlobLocked(path="s3://there", reason="refused", sha256="")
        patch.setattr(S3BlobStore, "lock", lambda *_: (_ for _ in ()).throw(refuse))
        assert lock_kept_blobs(office) == 0
    assert lock_kept_blobs(office) > 0
