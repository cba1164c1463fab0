"""The usual way of each package, from the start to the sealed dossier, on both databases."""

import io

from pypdf import PdfReader
from rehearsal import ANSWERED, APPEAL, Rehearsal

from archive.tables import DocumentRow
from processes.appeals import applicant_lines
from processes.signed_documents import validate_document
from processes.tables import AppealRow, CaseDocumentRow, StepRecordRow


def test_an_appeal_is_answered_and_archived(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED)
    assert rehearsal.case(case_id).status == "completed"
    steps = rehearsal.rows(StepRecordRow, case_id=case_id)
    documents = rehearsal.rows(CaseDocumentRow, case_id=case_id)
    assert len(steps) == 6
    assert len(documents) == 8, "six steps, the receipt and the manifest"
    assert {validate_document(rehearsal.office, row.document_id) for row in documents} == {"TOTAL-PASSED"}


def test_the_answer_is_a_letter_to_whoever_wrote(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED)
    appeal = next(iter(rehearsal.rows(AppealRow, case_id=case_id)))
    with rehearsal.office.reading() as uow:
        lines = applicant_lines(uow, case_id).split("\n")
        pdf = rehearsal.office.blobs.get(next(iter(rehearsal.rows(DocumentRow, id=appeal.answer_document_id))).sha256)
    text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    assert len(lines) == 2, "name and address"
    for line in lines:
        assert line in text
    assert rehearsal.case(case_id).number in text
    assert "Qərar" not in text, "what the office asked the signer is not the reader's business"
