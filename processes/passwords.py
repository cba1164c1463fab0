"""Passwords: drawn by the office the first time, then chosen by their owner."""

import secrets

from argon2 import PasswordHasher

from processes.errors import EntryRefused

HASHER = PasswordHasher()
SHORTEST = 12
LONGEST = 200
"""characters; a longer one would only cost time"""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""none that is taken for another when it is copied by hand"""
DIFFERENT = 5


def draw_word(length: int) -> str:
    """A word nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def require_password(password: str, login: str) -> None:
    """Refuse what a guesser tries first (NIST SP 800-63B, 3.1.1: length counts, not kinds of characters).

    :raises EntryRefused: too short, or too easy: the login in it, or hardly a different character
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise EntryRefused("password", "too-short")
    if login.lower() in password.lower() or len(set(password)) < DIFFERENT:
        raise EntryRefused("password", "too-easy")
