"""A supervisor operates a case through the pages."""

from uuid import UUID

from doings import QUESTIONNAIRE, begin
from visitor import Visitor

from engine.package import package_from_files, read_package
from processes.deployment import shipped_folders
from processes.handing_over import hand_over
from processes.incidents import Failure, note_incident
from processes.office import Office
from processes.organisation import bodies
from processes.use_cases.run_bulk import run_bulk
from processes.use_cases.start_case import StartCase, open_case
from tests.unit.engine_runtime.models import Model

DATABASES = ("sqlite",)
GROUND = "Prokurorluğun sorğusuna görə"


def test_a_case_is_suspended_resumed_and_cancelled_on_its_page(visitor: Visitor) -> None:
    step = begin(visitor)
    case = visitor.link("/cases/[0-9a-f-]+")
    number = case.rpartition("/")[2]
    visitor.sign_in("supervisor")
    visitor.get(case)
    suspend = visitor.link(f"/operations/cases/{number}/suspend")
    visitor.get(suspend)
    assert visitor.post(suspend, {"ground": "səhv"}).status_code == 422
    assert 'href="#ground"' in visitor.text
    visitor.get(suspend)
    visitor.post(suspend, {"ground": GROUND})
    assert "The case is suspended" in visitor.text
    assert GROUND in visitor.text
    # two tabs: the other one was faster
    assert visitor.post(suspend, {"ground": GROUND}).status_code == 409
    assert f'href="{case}"' in visitor.text

    visitor.sign_in("responsible1")
    assert '<span class="tag warn">Suspended</span>' in visitor.text
    visitor.get(step)
    assert "The case is suspended" in visitor.text
    visitor.act("save", {"service_name": "Qalır"})
    assert visitor.field("service_name") == "Qalır"
    assert visitor.act("submit", QUESTIONNAIRE).status_code == 409
    assert "no deadline runs" in visitor.text

    visitor.sign_in("supervisor")
    visitor.get("/cases?status=suspended")
    assert case in visitor.text
    visitor.get(f"/operations/cases/{number}/resume")
    visitor.post(visitor.path, {"ground": "Sorğuya cavab gəlib"})
    assert "The case goes on" in visitor.text
    visitor.get(visitor.link(f"/operations/cases/{number}/cancel"))
    assert "cannot be undone" in visitor.text
    visitor.post(visitor.path, {"ground": GROUND})
    assert "Case cancelled" in visitor.text
    assert visitor.get(f"/operations/cases/{number}/nonsense").status_code == 404


def test_who_supervises_nothing_operates_nothing(visitor: Visitor) -> None:
    begin(visitor)
    case = visitor.link("/cases/[0-9a-f-]+")
    visitor.get(case)
    assert "/operations/" not in visitor.text
    assert visitor.get(f"/operations{case}/suspend").status_code == 403
    assert visitor.post(f"/operations{case}/suspend", {"ground": GROUND}).status_code == 403


def case_of(visitor: Visitor) -> str:
    begin(visitor)
    return visitor.link("/cases/[0-9a-f-]+").rpartition("/")[2]


def test_a_case_is_moved_after_a_preview_and_a_stale_preview_is_told(visitor: Visitor) -> None:
    number = case_of(visitor)
    visitor.sign_in("supervisor")
    visitor.get(f"/cases/{number}")
    visitor.get(visitor.link(f"/operations/cases/{number}/move"))
    token = visitor.field("token")
    visitor.get(f"/operations/cases/{number}/move?token={token}&to=fill_questionnaire")
    assert "Taken away" in visitor.text
    assert "Begun" in visitor.text
    form = {"token": token, "to": "fill_questionnaire", "revision": visitor.field("revision")}
    assert visitor.post(visitor.path, {**form, "ground": "az"}).status_code == 422
    visitor.get(f"/operations/cases/{number}/move?token={token}&to=fill_questionnaire")
    visitor.post(visitor.path, {**form, "ground": GROUND})
    assert "Case moved to another step" in visitor.text
    visitor.get(f"/operations/cases/{number}/move")
    assert visitor.post(visitor.path, {**form, "ground": GROUND}).status_code == 409
    assert visitor.get(f"/operations/cases/{number}/message").status_code == 200
    assert "waits for no message" in visitor.text


def test_many_cases_are_chosen_changed_and_their_progress_is_shown(visitor: Visitor, office: Office) -> None:
    numbers = [case_of(visitor) for _ in range(2)]
    visitor.sign_in("supervisor")
    visitor.get("/operations?status=running")
    assert all(number in visitor.text for number in numbers)
    assert visitor.post("/operations", {"case": numbers, "ground": GROUND}).status_code == 422
    assert "Choose what is to be done" in visitor.text
    assert visitor.post("/operations", {"case": numbers, "action": "suspend", "ground": "x"}).status_code == 422
    visitor.post("/operations", {"case": [*numbers, numbers[0]], "action": "suspend", "ground": GROUND})
    assert "Under way" in visitor.text
    bulk = visitor.path.rpartition("/")[2]
    run_bulk(office, UUID(bulk))
    visitor.get(visitor.path)
    assert "2 of 2" in visitor.text
    assert "Finished on" in visitor.text
    visitor.get("/operations/bulk")
    assert bulk in visitor.text
    visitor.sign_in("clerk")
    assert visitor.get(f"/operations/bulk/{bulk}").status_code == 403
    assert visitor.get("/operations").status_code == 403


def test_an_incident_is_shown_in_words_retried_and_passed_over(visitor: Visitor, office: Office) -> None:
    number = case_of(visitor)
    failure = Failure(
        kind="job", subject="send_notice:1", cause="SMTPError: no answer", job="send_notice", arguments=["1"]
    )
    note_incident(office, failure)
    with office.reading() as uow:
        [item] = uow.engine.open_items(UUID(number))
    stuck = Failure(
        kind="step", subject=str(item.id), cause="no condition is met", case_id=UUID(number),
        definition_key="questionnaire-submission", element_id="fill_questionnaire",
    )  # fmt: skip
    note_incident(office, stuck)
    visitor.sign_in("supervisor")
    visitor.get("/operations/incidents")
    assert "no condition is met" in visitor.text
    assert "SMTPError" not in visitor.text
    page = visitor.link("/operations/incidents/[0-9a-f-]+")
    visitor.get(page)
    assert visitor.post(page, {"_action": "skip", "payload": "{nonsense", "ground": GROUND}).status_code == 422
    assert "not valid JSON" in visitor.text
    visitor.get(page)
    visitor.post(page, {"_action": "skip", "payload": "{}", "ground": GROUND})
    assert "Nothing has failed" in visitor.text
    visitor.sign_in("admin")
    visitor.get("/admin/incidents")
    page = visitor.link("/operations/incidents/[0-9a-f-]+")
    visitor.get(page)
    assert "SMTPError: no answer" in visitor.text
    visitor.post(page, {"_action": "retry", "ground": GROUND})
    assert "being tried again" in visitor.text
    visitor.get(page)
    visitor.post(page, {"_action": "skip", "ground": GROUND})
    assert "Nothing has failed" in visitor.text


def test_an_undelivered_message_is_shown_and_given_to_a_case(visitor: Visitor, office: Office) -> None:
    visitor.sign_in("supervisor")
    visitor.get("/operations/messages")
    assert "Every message has been delivered" in visitor.text
    model = Model("listener").path("start", "hear", "end")
    model.message("intermediateCatchEvent", "hear", "news")
    with office.unit_of_work() as uow:
        uow.engine.deploy(model.package(), by="designer")
        agency = next(each for each in bodies(uow.session) if each.code == "agency")
        for number in (1, 2):
            request = StartCase(
                definition_key="listener", body_id=agency.id, by=None, language="az", case_id=UUID(int=number)
            )
            open_case(office, uow, request, {}, actor="somebody")
        job = uow.engine.publish_message("news", {"number": 7}, by="somebody", scope=str(agency.id))
        uow.commit()
    hand_over(office, office.unit_of_work(), job.event_id)
    visitor.get("/operations/messages")
    assert "nothing tells which is meant" in visitor.text
    page = visitor.link("/operations/messages/[0-9a-f-]+")
    visitor.get(page)
    assert visitor.post(page, {"_action": "give", "ground": GROUND}).status_code == 422
    assert "Choose the case" in visitor.text
    assert visitor.post(page, {"_action": "give", "case": str(UUID(int=2)), "ground": "az"}).status_code == 422
    visitor.post(page, {"_action": "give", "case": str(UUID(int=2)), "ground": GROUND})
    assert "The case has got the message" in visitor.text
    assert visitor.get(page).status_code == 404
    visitor.sign_in("clerk")
    assert visitor.get("/operations/messages").status_code == 403


def test_a_process_is_suspended_and_its_cases_are_brought_to_another_version(visitor: Visitor, office: Office) -> None:
    case_of(visitor)
    visitor.sign_in("supervisor")
    assert visitor.get("/operations/processes").status_code == 403
    visitor.sign_in("admin")
    visitor.get("/operations/processes")
    act = visitor.link("/operations/processes/questionnaire-submission/suspend")
    visitor.get(act)
    visitor.post(act, {"ground": GROUND})
    run_bulk(office, UUID(visitor.path.rpartition("/")[2]))
    visitor.sign_in("responsible1")
    visitor.get("/cases/new")
    visitor.get(visitor.link("/cases/new/questionnaire-submission/[0-9a-f-]+"))
    assert visitor.post(visitor.path, {"_case": visitor.field("_case"), "_action": "submit"}).status_code == 409
    assert "The process is suspended" in visitor.text
    visitor.sign_in("admin")
    visitor.get("/operations/processes/questionnaire-submission/resume")
    visitor.post(visitor.path, {"ground": GROUND})
    run_bulk(office, UUID(visitor.path.rpartition("/")[2]))

    folder = next(each for each in shipped_folders() if each.name == "questionnaire-submission")
    files = {**read_package(folder).files}
    files["process.bpmn"] = files["process.bpmn"].replace(b'"fill_questionnaire"', b'"anket"')
    files["process.bpmn"] = files["process.bpmn"].replace(b">fill_questionnaire<", b">anket<")
    files["process.toml"] = files["process.toml"].replace(b"[elements.fill_questionnaire]", b"[elements.anket]")
    with office.unit_of_work() as uow:
        uow.engine.deploy(package_from_files({k: v for k, v in files.items() if "scenarios" not in k}), by="test")
        uow.commit()
    visitor.get("/operations/processes")
    visitor.get(visitor.link(r"/operations/processes/questionnaire-submission/migrate\?[^\"]+"))
    assert "is not in the new version" in visitor.text
    name = "map:questionnaire-submission:fill_questionnaire"
    visitor.get(f"/operations/processes/questionnaire-submission/migrate?from=1&to=2&{name}=anket")
    assert "Open steps that change" in visitor.text
    visitor.post(
        "/operations/processes/questionnaire-submission/migrate",
        {"from": "1", "to": "2", name: "anket", "ground": GROUND},
    )
    run_bulk(office, UUID(visitor.path.rpartition("/")[2]))
    visitor.get(visitor.path)
    assert "Finished on" in visitor.text
