"""What people do in several tests."""

from collections.abc import Mapping
from typing import Any

from visitor import Visitor

QUESTIONNAIRE: Mapping[str, Any] = {
    "service_name": "Mənzil güzəştinin təyin edilməsi",
    "section": "social",
    "recipients": ["natural_persons"],
    "new_service": "no",
    "act_type": "cabinet_decision",
    "act_title": "Güzəştlərin verilməsi Qaydası haqqında",
    "act_number": "214",
    "act_date": "02.10.2025",
    "act_in_force": "02.11.2025",
    "electronic": "no",
    "service_time_amount": "10",
    "service_time_unit": "working_days",
    "required_documents": "Ərizə",
    "standard_present": "no",
    "reglament_present": "no",
    "paid": "no",
    "funding": ["state_budget"],
    "contact_unit": "Sosial şöbə",
    "contact_phone": "+994 12 555 01 23",
    "state_secret": "no",
}


def begin(visitor: Visitor, login: str = "responsible1") -> str:
    """A new questionnaire, opened; its path."""
    visitor.sign_in(login)
    visitor.get("/cases/new")
    visitor.get(visitor.link("/cases/new/questionnaire-submission/[0-9a-f-]+"))
    visitor.post(visitor.path, {"_case": visitor.field("_case"), "_action": "submit"})
    assert visitor.path.startswith("/tasks/"), visitor.text
    return visitor.path
