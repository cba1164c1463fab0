"""A lane's work may be done by the people of further roles, named in process.toml: its candidates."""

import shutil
from pathlib import Path

import pytest
from rehearsal import ANSWERED, APPEAL, Rehearsal
from test_work_items import checking, claimed, lines

from processes.access import may_see_case, visibility
from processes.authorization import require_role
from processes.deployment import PACKAGES, Deploy, deploy
from processes.errors import NotPermitted
from processes.queries.assigning import assignment
from processes.queries.inbox_filter import Tab
from processes.queries.starting import startable
from processes.roles import known_roles
from processes.tables import StepRecordRow
from processes.use_cases.return_lost_work import return_lost_work


def deployed(rehearsal: Rehearsal, folder: Path, candidates: dict[str, str]) -> None:
    """A new version of the citizens' appeals in which lanes have these candidates."""
    shutil.copytree(PACKAGES / APPEAL, folder)
    manifest = (folder / "process.toml").read_text()
    for role, candidate in candidates.items():
        manifest = manifest.replace(f"[roles.{role}]\n", f'[roles.{role}]\ncandidates = ["{candidate}"]\n')
    (folder / "process.toml").write_text(manifest + f"# {folder.name}\n")
    deploy(rehearsal.office, Deploy(folders=[folder], by="designer"))


def test_candidates_may_take_what_waits_already_until_a_version_names_them_no_longer(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    item = checking(rehearsal)
    executor = rehearsal.person("executor2")
    assert item.id not in lines(rehearsal, "executor2", Tab.GROUP)
    assert APPEAL not in {each.key for each in startable(rehearsal.office, executor)}
    with pytest.raises(NotPermitted):
        claimed(rehearsal, item, "executor2")

    deployed(rehearsal, tmp_path / "with", {"clerk": "executor"})
    assert item.id in lines(rehearsal, "executor2", Tab.GROUP)
    assert executor in {each.id for each in assignment(rehearsal.office, item.id, rehearsal.person("head")).candidates}
    assert APPEAL in {each.key for each in startable(rehearsal.office, executor)}
    held = claimed(rehearsal, item, "executor2")
    assert return_lost_work(rehearsal.office, executor) == 0
    with rehearsal.office.reading() as uow:
        assert may_see_case(uow, executor, item.instance_id)

    deployed(rehearsal, tmp_path / "without", {})
    assert rehearsal.item(item.instance_id, "registration_check").assignee is None
    assert held.id not in lines(rehearsal, "executor2") | lines(rehearsal, "executor2", Tab.GROUP)
    assert APPEAL not in {each.key for each in startable(rehearsal.office, executor)}


def test_a_candidate_signs_as_the_lane_does(rehearsal: Rehearsal, tmp_path: Path) -> None:
    deployed(rehearsal, tmp_path / "with", {"clerk": "executor"})
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    held = claimed(rehearsal, item, "executor2")
    prepared = rehearsal.submit(held, "executor2", rehearsal.fields(APPEAL, ANSWERED, "registration_check"))
    signed = rehearsal.sign(prepared, "executor2")
    assert rehearsal.rows(StepRecordRow, document_id=signed.document_id)[0].person_id == rehearsal.person("executor2")


def test_a_process_opens_its_work_to_a_role_and_no_office(rehearsal: Rehearsal, tmp_path: Path) -> None:
    deployed(rehearsal, tmp_path / "with", {"supervisor": "executor", "head": "intern_of_the_head"})
    executor = rehearsal.person("executor2")
    with rehearsal.office.reading() as uow:
        with pytest.raises(NotPermitted):
            require_role(uow.session, executor, "supervisor", uow.now)
        assert visibility(uow, executor).owners is not None
        assert "intern_of_the_head" in known_roles(uow)
