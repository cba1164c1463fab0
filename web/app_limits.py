"""How often one address may knock at the public doors."""

from flask import Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)
UNKNOWN_CODES = "10 per minute; 60 per hour"
"""guesses of a code with 60 random bits; known codes are not counted"""


def not_found(response: Response) -> bool:
    """Only misses count: a citizen may look as often as they like."""
    return response.status_code == 404  # noqa: PLR2004
