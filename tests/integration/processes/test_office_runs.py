"""The usual way of each package, from the start to the sealed dossier, on both databases."""

import io

from pypdf import PdfReader
from rehearsal import ANSWERED, APPEAL, QUESTIONNAIRE, Rehearsal

from archive.tables import DocumentRow
from processes.appeals import applicant_lines
from processes.signed_documents import validate_document
from processes.tables import AppealRow, CaseDocumentRow, RemarkRow, StepRecordRow


def test_an_appeal_is_answered_and_archived(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED)
    assert rehearsal.case(case_id).status == "completed"
    steps = rehearsal.rows(StepRecordRow, case_id=case_id)
    documents = rehearsal.rows(CaseDocumentRow, case_id=case_id)
    assert len(steps) == 6
    assert len(documents) == 8, "six steps, the receipt and the manifest"
    assert {validate_document(rehearsal.office, row.document_id) for row in documents} == {"TOTAL-PASSED"}


def words_of(rehearsal: Rehearsal, document_id: object) -> str:
    """The text of an archived document, its white space made one."""
    document = next(iter(rehearsal.rows(DocumentRow, id=document_id)))
    pdf = PdfReader(io.BytesIO(rehearsal.office.blobs.get(document.sha256)))
    return " ".join("".join(page.extract_text() for page in pdf.pages).split())


def test_the_answer_is_a_letter_to_whoever_wrote(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED)
    appeal = next(iter(rehearsal.rows(AppealRow, case_id=case_id)))
    with rehearsal.office.reading() as uow:
        lines = applicant_lines(uow, case_id).split("\n")
    text = words_of(rehearsal, appeal.answer_document_id)
    assert len(lines) == 2, "name and address"
    for line in lines:
        assert line in text
    assert rehearsal.case(case_id).number in text
    assert "Qərar" not in text, "what the office asked the signer is not the reader's business"


def test_a_deficiency_notice_says_which_fields_to_correct(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(QUESTIONNAIRE, "returned-once", until="correct_questionnaire")
    remarks = [" ".join(row.text.split()) for row in rehearsal.rows(RemarkRow, case_id=case_id)]
    notice = next(row for row in rehearsal.rows(DocumentRow, case_id=case_id) if row.type == "deficiency_notice")
    text = words_of(rehearsal, notice.id)
    assert remarks
    for remark in remarks:
        assert remark in text
