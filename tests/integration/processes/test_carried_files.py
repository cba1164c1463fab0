"""A returned questionnaire still has the files that were attached to it."""

import pytest
import sqlalchemy as sa
from rehearsal import QUESTIONNAIRE, Rehearsal

from processes.errors import NotFound
from processes.tables import AttachmentRow
from processes.use_cases.attach_file import AttachFile, attach_file, remove_attachment

PLAN = b"Floor plans of the building.\n"
"""what was attached before the questionnaire was signed the first time"""


def test_a_returned_form_opens_with_the_files_of_its_last_round(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(QUESTIONNAIRE, "returned-once", until="fill_questionnaire")
    first = rehearsal.item(case_id, "fill_questionnaire")
    office, owner = rehearsal.office, rehearsal.person("responsible2")
    kept = attach_file(
        office, AttachFile(item_id=first.id, by=owner, field="attachments", name="plans.txt", content=PLAN)
    )
    taken_away = attach_file(
        office, AttachFile(item_id=first.id, by=owner, field="attachments", name="mistake.txt", content=b"x")
    )
    remove_attachment(office, taken_away, owner)

    player = rehearsal.player(QUESTIONNAIRE, "returned-once")
    player.resume()
    rehearsal.play_on(player, until="correct_questionnaire")

    again = rehearsal.item(case_id, "correct_questionnaire")
    carried = rehearsal.rows(AttachmentRow, work_item_id=again.id)
    assert [row.name for row in carried] == ["plans.txt"]
    remove_attachment(office, carried[0].id, owner)
    with pytest.raises(NotFound):
        remove_attachment(office, kept, owner)  # what was signed stays
    with office.reading() as uow:
        assert uow.session.scalar(sa.select(AttachmentRow.removed_at).filter_by(id=kept)) is None
