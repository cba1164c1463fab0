"""The usual way of each package, from the start to the sealed dossier, on both databases."""

from rehearsal import ANSWERED, APPEAL, Rehearsal

from processes.signed_documents import validate_document
from processes.tables import CaseDocumentRow, StepRecordRow


def test_an_appeal_is_answered_and_archived(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED)
    assert rehearsal.case(case_id).status == "completed"
    steps = rehearsal.rows(StepRecordRow, case_id=case_id)
    documents = rehearsal.rows(CaseDocumentRow, case_id=case_id)
    assert len(steps) == 6
    assert len(documents) == 8, "six steps, the receipt and the manifest"
    assert {validate_document(rehearsal.office, row.document_id) for row in documents} == {"TOTAL-PASSED"}
