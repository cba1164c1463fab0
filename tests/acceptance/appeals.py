"""placeholder"""

from dataclasses import dataclass


@dataclass
class Answered:
    pass


EXECUTIVE = AKIMAT = None


def submit_and_answer(*a): ...
