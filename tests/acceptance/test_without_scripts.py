"""Everything up to the clerk's signature works where no script runs."""

from acceptance.appeals import EXECUTIVE, PHOTO_OF_THE_ROAD
from acceptance.services import claim, sign_exactly_what_is_shown
from acceptance.town import Town


def test_an_appeal_is_sent_followed_and_registered_without_scripts(town: Town) -> None:
    citizen = town.citizen("az", java_script_enabled=False)
    citizen.go("/")
    citizen.follow("Submit an appeal")
    citizen.page.get_by_role("link", name=EXECUTIVE.title).click()
    fields = EXECUTIVE.appeal
    citizen.fill({"kind": "complaint"})
    citizen.press("Refresh the form")
    citizen.fill({"complained_person": "Naməlum Şəxs"})  # a conditional field, there after the refresh
    citizen.fill(fields)
    citizen.press("Refresh the form")
    assert citizen.page.locator('[name="complained_person"]').count() == 0
    citizen.page.set_input_files(
        "#f-attachments", [{"name": "yol.png", "mimeType": "image/png", "buffer": PHOTO_OF_THE_ROAD}]
    )
    citizen.press("Attach")
    citizen.sees("yol.png")
    assert citizen.value_of("text") == fields["text"]
    citizen.photo("without-scripts-01-form")
    citizen.press("Send the appeal")
    citizen.reads("Your appeal has been received")
    number = citizen.page.locator(".receipt").inner_text().split("M-EXECUTIVE-")[1][:11]
    citizen.follow("See how it stands")
    citizen.reads("Your appeal is registered")

    clerk = town.another_browser("clerk", java_script_enabled=False)
    claim(clerk, f"M-EXECUTIVE-{number}")
    clerk.sees("yol.png")
    clerk.fill({"decision": "consider", "note": "Skriptsiz brauzerdən."})
    clerk.press("Save draft")
    clerk.reads("The draft is saved.")
    assert clerk.value_of("note") == "Skriptsiz brauzerdən."
    clerk.photo("without-scripts-02-registration")
    sign_exactly_what_is_shown(clerk, "without-scripts")
