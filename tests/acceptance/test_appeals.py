"""A citizen's appeal is answered (D, H), in Azerbaijani and in Kazakh."""

from acceptance.town import Town


def test_an_appeal_is_answered_by_the_deputy_for_the_head_and_its_answer_verifies(town: Town) -> None:
    answered = town.answered_appeal
    assert answered.number.startswith("M-EXECUTIVE-")


def test_the_same_in_kazakh_in_the_akimat(town: Town) -> None:
    answered = town.answered_in_kazakh
    assert answered.number.startswith("M-AKIMAT-")
