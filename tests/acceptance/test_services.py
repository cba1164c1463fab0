"""A service gets into the Registry (C1 to C16)."""

from acceptance.town import Town


def test_a_service_is_described_returned_corrected_accepted_and_archived(town: Town) -> None:
    registered = town.registered_service
    assert registered.service_number.startswith("ER-")
