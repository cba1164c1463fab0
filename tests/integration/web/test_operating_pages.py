"""A supervisor operates a case through the pages."""

from doings import QUESTIONNAIRE, begin
from visitor import Visitor

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
    visitor.get(step)
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
