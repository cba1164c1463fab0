"""Pages of long lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PAGE = 50
"""lines a page shows"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where a list stands: page numbers begin at 1."""

    page: int
    total: int
    size: int = PAGE
    most: int | None = None
    """up to where the total is exact; one more means more"""

    @property
    def more(self) -> bool:
        """Whether there are more than are counted."""
        return self.most is not None and self.total > self.most

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Lines before this page."""
        return (self.page - 1) * self.size

    @property
    def first(self) -> int:
        """The number of the first line shown; 0 if there is none."""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        """The number of the last line shown."""
        return min(self.offset + self.size, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Lines with where the list stands."""

    lines: Sequence[Any]
    paging: Paging
