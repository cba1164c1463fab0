"""What somebody looks for: words and facets, and in which order they want what is found."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class SearchSort(StrEnum):
    """The order of what is found."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchQuery:
    """What is looked for; None leaves a facet open. `signer` is a name as `signers` has it, or a certificate serial."""

    text: str = ""
    owner: str | None = None
    unit: str | None = None
    type: str | None = None
    signer: str | None = None
    number: str | None = None
    year: int | None = None
    dated_from: date | None = None
    dated_to: date | None = None
    status: str | None = None
    language: str | None = None
    verdict: str | None = None
    level: str | None = None
    access_level: str | None = None
    retention_class: str | None = None
    fonds_id: UUID | None = None
    series_id: UUID | None = None
    file_id: UUID | None = None
    case_id: UUID | None = None
    as_of: int | None = None
    """only documents taken in no later than this one (its `seq`): the pages of a list stay what they were"""
    sort: SearchSort = SearchSort.NEWEST
    limit: int = 20
    offset: int = 0
