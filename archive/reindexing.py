"""Bringing the search text up to date after the folding or a suffix list changed."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.accession import search_tokens
from archive.folding import FOLDING_VERSION
from archive.store import DOCUMENT, DOCUMENT_COLUMNS, SEARCH_TEXT, to_document

_BATCH = 200


def reindex(session: Session, progress: Callable[[int, int], None] | None, *, limit: int | None) -> int:
    """Fold at most `limit` outdated texts anew; return how many. Called again, it goes on where it stopped."""
    outdated = SEARCH_TEXT.c.folding != FOLDING_VERSION
    count = session.execute(sa.select(sa.func.count()).select_from(SEARCH_TEXT).where(outdated)).scalar_one()
    total = count if limit is None else min(count, limit)
    done = 0
    while done < total:
        done += _fold_batch(session, outdated, min(_BATCH, total - done))
        if progress is not None:
            progress(done, total)
    return done


def _fold_batch(session: Session, outdated: sa.ColumnElement[bool], size: int) -> int:
    query = sa.select(*DOCUMENT_COLUMNS, SEARCH_TEXT.c.text).join_from(SEARCH_TEXT, DOCUMENT).where(outdated)
    rows = session.execute(query.order_by(SEARCH_TEXT.c.seq).limit(size)).mappings().all()
    folded = [
        {"of": row["seq"], "new_tokens": search_tokens(to_document(row), row["text"]), "new_folding": FOLDING_VERSION}
        for row in rows
    ]
    update = sa.update(SEARCH_TEXT).where(SEARCH_TEXT.c.seq == sa.bindparam("of"))
    session.connection().execute(
        update.values(tokens=sa.bindparam("new_tokens"), folding=sa.bindparam("new_folding")), folded
    )
    return len(folded)
