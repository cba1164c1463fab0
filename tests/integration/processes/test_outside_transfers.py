"""A transfer to an archive outside ends with its signed acceptance; nothing else makes the documents leave."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import typst
from disposals import approve, compile_list, do, documents, make_due
from rehearsal import APPEAL, Rehearsal

from archive.documents import ArchivedDocument
from archive.packages import check_package, opened
from processes.acceptances import Expected, FiledAcceptance, fault_of
from processes.errors import DisposalRefused, NotFound, NotPermitted
from processes.handlers.transfers import FinishTransfer
from processes.opened_keys import entry_of, key_in_hand
from processes.tables import AuditRow, CaseRow, CertificateRow
from processes.transfers import open_transfer, sweep_transfers
from processes.use_cases.attach_file import AttachFile, attach_file
from processes.use_cases.revoke_certificate import RevokeCertificate, revoke_certificate
from signing.cms import signed_attributes, signed_data, signer_of
from signing.request import SignatureLevel, SignatureRequest
from signing.validation import read_attachment

RECEIVER, STRANGER = "agency.executor2", "agency.executor1"
PAGE = '#set document(title: "Akt", date: none)\nSHA-256: #sys.inputs.digest'


@pytest.fixture
def due(rehearsal: Rehearsal, due_in_2033: None) -> list[ArchivedDocument]:
    """What an appeal has so far, with its period over."""
    del due_in_2033
    found = documents(rehearsal, rehearsal.play(APPEAL, "answered-in-15-working-days", until="resolution"))
    make_due(rehearsal, found)
    return found


def certificate(rehearsal: Rehearsal, login: str) -> CertificateRow:
    found = rehearsal.rows(CertificateRow, person_id=rehearsal.person(login), revoked_at=None)
    return next(each for each in found if each.key_store == "pkcs12")


def acceptance(rehearsal: Rehearsal, login: str, digest: str, *, level: SignatureLevel = SignatureLevel.B_T) -> bytes:
    """A page that names a package, signed at another house."""
    office, row = rehearsal.office, certificate(rehearsal, login)
    page = typst.compile(PAGE.encode(), format="pdf", sys_inputs={"digest": digest})
    pdf = office.signing.allot_fields(page, ["Receiver"])
    with key_in_hand(office, rehearsal.person(login), rehearsal.accounts[login].pin, serial=row.serial) as hand:
        key = hand.key
        chain = entry_of(office, row).chain
        request = SignatureRequest(
            pdf=pdf,
            field="Receiver",
            certificate=key.certificate,
            chain=chain,
            claimed_at=office.clock(),
            level=level,
        )
        return office.signing.sign(request, key).pdf


def apart(rehearsal: Rehearsal, content: bytes) -> bytes:
    """A CMS beside a file, as programs of the trade make it (.p7s)."""
    row = certificate(rehearsal, RECEIVER)
    with key_in_hand(
        rehearsal.office, rehearsal.person(RECEIVER), rehearsal.accounts[RECEIVER].pin, serial=row.serial
    ) as hand:
        signer = signer_of(hand.key.certificate, entry_of(rehearsal.office, row).chain)
        attributes = signed_attributes(signer, hashlib.sha256(content).digest())
        return signed_data(signer, attributes, hand.key.sign(attributes))


def file_(rehearsal: Rehearsal, case: UUID, **files: tuple[str, bytes]) -> dict[str, Any]:
    """The archivist files what came back; what the office makes of it."""
    item = rehearsal.item(case, "file_acceptance")
    by = rehearsal.person("archivist")
    for field, (name, content) in files.items():
        attach_file(rehearsal.office, AttachFile(item_id=item.id, by=by, field=field, name=name, content=content))
    do(rehearsal, case, "file_acceptance", "archivist", acceptance="accept")
    rehearsal.work()
    with rehearsal.office.reading() as uow:
        return dict(uow.engine.instance(case).variables)


def test_only_the_named_receivers_signed_acceptance_of_this_package_ends_the_transfer(
    rehearsal: Rehearsal, due: list[ArchivedDocument]
) -> None:
    office, wanted = rehearsal.office, due[:1]
    named = hashlib.sha256(entry_of(office, certificate(rehearsal, RECEIVER)).certificate).digest().hex(":").upper()
    case = compile_list(rehearsal, wanted)
    do(rehearsal, case, "review", "executor1", transfer=[str(each.id) for each in wanted])
    receiver = {"receiver": "outside", "receiver_name": "Bakı şəhər arxivi", "receiver_certificate": named}
    approve(rehearsal, case, **receiver, package_shape="eark-aip")
    rehearsal.work()
    digest = _the_package_goes_out(rehearsal, case)

    refused = _refused(rehearsal, digest)
    for rule, content in refused.items():
        told = file_(rehearsal, case, signed_file=("akt.pdf" if content[:1] == b"%" else "akt.p7s", content))
        assert (told["acceptance_fault"], told["acceptance_sha256"]) == (rule, "")
        assert rehearsal.waiting(case) == ["file_acceptance"]
        _is_still_here(rehearsal, wanted)
    with pytest.raises(DisposalRefused):
        _finish_all_the_same(rehearsal, case)

    sound, beside = acceptance(rehearsal, RECEIVER, digest), f"Qəbul edildi: {digest}".encode()
    files = {"signed_file": ("qəbul.pdf", sound)}
    if "apart" in refused:
        sound = apart(rehearsal, beside)
        files = {"signed_file": ("qəbul.p7s", sound), "signed_apart": ("qəbul.txt", beside)}
    told = file_(rehearsal, case, **files)
    assert (told["acceptance_fault"], told["acceptance_sha256"]) == ("", hashlib.sha256(sound).hexdigest())
    with office.reading() as uow:
        assert {uow.archive.document(each.id).status for each in wanted} == {"transferred"}
    assert not any(office.blobs.exists(each.sha256) for each in wanted)
    (act,) = [each for each in documents(rehearsal, case) if each.type == "transfer_act"]
    facts = json.loads(read_attachment(rehearsal.pdf(act.id), "step.json"))["facts"]
    signs = {"signs": hashlib.sha256(beside).hexdigest()} if "apart" in refused else {}
    assert facts["acceptance"] == {"sha256": hashlib.sha256(sound).hexdigest(), **signs}
    assert facts["receiver"] == {"name": "Bakı şəhər arxivi", "certificate": named}
    assert facts["package"]["sha256"] == digest
    (line,) = rehearsal.audit("archive:transfer:accepted")
    assert line.stream == str(case)
    assert len(rehearsal.audit("archive:transfer:refused")) == len(refused)
    _its_package_is_swept_when_the_case_is_long_over(rehearsal, case)
    kept = {each.sha256 for each in documents(rehearsal, case)}
    assert {hashlib.sha256(each).hexdigest() for each in (sound, *refused.values())} <= kept, "as they came"


def _the_package_goes_out(rehearsal: Rehearsal, case: UUID) -> str:
    office = rehearsal.office
    with pytest.raises(NotPermitted):
        open_transfer(office, case, rehearsal.person("executor1"))
    name, file = open_transfer(office, case, rehearsal.person("archivist"))
    with file:
        content = file.read()
    with office.reading() as uow:
        variables = uow.engine.instance(case).variables
        downloads = uow.session.scalar(sa.select(sa.func.count()).where(AuditRow.action == "archive:transfer:download"))
    digest = hashlib.sha256(content).hexdigest()
    assert (variables["package_name"], variables["package_sha256"], downloads) == (name, digest, 1)
    with opened(office.settings.home / "transfers" / name) as folder:
        assert check_package(folder) == []
    assert any(each.endswith("METS.xml") for each in zipfile.ZipFile(io.BytesIO(content)).namelist())
    assert sweep_transfers(office) == []
    return digest


def _refused(rehearsal: Rehearsal, digest: str) -> dict[str, bytes]:
    """What is no acceptance, by the rule it breaks; half of them on each database, all of them in test_acceptances."""
    if rehearsal.office.database.dialect.name == "postgresql":
        _revoked_it_counts_no_more(rehearsal, digest)
        return {"apart": apart(rehearsal, f"Qəbul edildi: {digest}".encode())}
    return {
        "package": acceptance(rehearsal, RECEIVER, hashlib.sha256(b"another package").hexdigest()),
        "certificate": acceptance(rehearsal, STRANGER, digest),
    }


def _its_package_is_swept_when_the_case_is_long_over(rehearsal: Rehearsal, case: UUID) -> None:
    office = rehearsal.office
    assert sweep_transfers(office) == [], "the case goes on"
    with office.unit_of_work() as uow:
        uow.update(CaseRow, {"id": case}, ended_at=uow.now - timedelta(days=400))
        uow.commit()
    assert sweep_transfers(office) == [f"{rehearsal.case(case).number}.zip"]
    with pytest.raises(NotFound):
        open_transfer(office, case, rehearsal.person("archivist"))


def _is_still_here(rehearsal: Rehearsal, wanted: list[ArchivedDocument]) -> None:
    with rehearsal.office.reading() as uow:
        assert {uow.archive.document(each.id).status for each in wanted} == {"in effect"}
        assert all(uow.archive.fetch(each.id) for each in wanted)


def _finish_all_the_same(rehearsal: Rehearsal, case: UUID) -> None:
    """As if the case had been moved past its check."""
    from processes.handlers import Job
    from processes.organisation import body

    with rehearsal.office.reading() as uow:
        row, instance = rehearsal.case(case), uow.engine.instance(case)
        call: Any = type("Call", (), {"variables": instance.variables, "task_id": case, "element_id": "x"})()
        job = Job(call=call, case=row, body=body(uow.session, row.body_id))
    FinishTransfer().effect(rehearsal.office, job)


def _revoked_it_counts_no_more(rehearsal: Rehearsal, digest: str) -> None:
    """The same page, signed with a certificate that is revoked, and no timestamp proves that it was not yet then."""
    office, row = rehearsal.office, certificate(rehearsal, STRANGER)
    signed = acceptance(rehearsal, STRANGER, digest, level=SignatureLevel.B_B)
    named = hashlib.sha256(entry_of(office, row).certificate).hexdigest()
    expected = Expected(certificate=named, package=digest)
    filed = FiledAcceptance(content=signed, media_type="application/pdf")
    assert fault_of(office, filed, expected) is None
    revoke_certificate(office, RevokeCertificate(by=None, serial=row.serial, reason="keyCompromise"))
    fault = fault_of(office, filed, expected)
    assert fault is not None
    assert (fault.rule, "REVOKED" in fault.finding) == ("signature", True)
