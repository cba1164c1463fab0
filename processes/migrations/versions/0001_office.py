"""The office."""

import sqlalchemy as sa
from alembic import op

from archive.search_index import create_search_index

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The office."""
    op.create_table(
        "engine_calendar_override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_calendar_override")),
        sa.UniqueConstraint(
            "calendar", "day", "version", name=op.f("uq_engine_calendar_override_calendar_day_version")
        ),
    )
    op.create_table(
        "engine_definition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_definition")),
        sa.UniqueConstraint("key", "sha256", name=op.f("uq_engine_definition_key_sha256")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_engine_definition_key_version")),
    )
    op.create_table(
        "engine_instance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("bindings", sa.JSON(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("history_seq", sa.Integer(), nullable=False),
        sa.Column("history_head", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspension", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_instance")),
    )
    with op.batch_alter_table("engine_instance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engine_instance_definition_key"), ["definition_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_engine_instance_status"), ["status"], unique=False)

    op.create_table(
        "engine_history",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=True),
        sa.Column("payload_digest", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["engine_instance.id"], name=op.f("fk_engine_history_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", "seq", name=op.f("pk_engine_history")),
    )
    op.create_table(
        "engine_arrival",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["engine_instance.id"], name=op.f("fk_engine_arrival_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", "seq", name=op.f("pk_engine_arrival")),
    )
    op.create_table(
        "engine_definition_hold",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_engine_definition_hold")),
    )
    op.create_table(
        "engine_message_wait",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("definition_sha256", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["engine_instance.id"], name=op.f("fk_engine_message_wait_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_message_wait")),
    )
    with op.batch_alter_table("engine_message_wait", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engine_message_wait_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index("ix_engine_message_wait_name", ["message", "kind", "correlation", "since"], unique=False)

    op.create_table(
        "engine_thrown_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("correlations", sa.JSON(), nullable=False),
        sa.Column("receiver", sa.JSON(), nullable=True),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("definition_key", sa.Text(), nullable=True),
        sa.Column("element_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("thrown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["engine_instance.id"], name=op.f("fk_engine_thrown_event_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_thrown_event")),
    )
    with op.batch_alter_table("engine_thrown_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engine_thrown_event_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index("ix_engine_thrown_event_name", ["name", "kind", "state"], unique=False)
        batch_op.create_index("ix_engine_thrown_event_state", ["state", "expires_at"], unique=False)

    op.create_table(
        "engine_event_delivery",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["engine_thrown_event.id"], name=op.f("fk_engine_event_delivery_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "target", name=op.f("pk_engine_event_delivery")),
    )
    with op.batch_alter_table("engine_event_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engine_event_delivery_instance_id"), ["instance_id"], unique=False)

    op.create_table(
        "engine_start_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("expression", sa.Text(), nullable=True),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cycle", sa.JSON(), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_start_event")),
    )
    with op.batch_alter_table("engine_start_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engine_start_event_definition_key"), ["definition_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_engine_start_event_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_engine_start_event_name"), ["name"], unique=False)

    op.create_table(
        "engine_deployment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "definition_key", name=op.f("pk_engine_deployment")),
    )
    with op.batch_alter_table("engine_deployment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engine_deployment_deployed_at"), ["deployed_at"], unique=False)

    op.create_table(
        "engine_timer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["engine_instance.id"], name=op.f("fk_engine_timer_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_timer")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("engine_timer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engine_timer_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_engine_timer_instance_id"), ["instance_id"], unique=False)

    op.create_table(
        "engine_work_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("four_eyes_with", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("delegated_by", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_hides", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["engine_instance.id"], name=op.f("fk_engine_work_item_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_work_item")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # lists are counted in indexes alone only where it is known that rows are seen by all: that is told by VACUUM,
        # which by default comes when a fifth of all rows has changed
        op.execute(
            "ALTER TABLE engine_work_item SET"
            " (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)"
        )
    with op.batch_alter_table("engine_work_item", schema=None) as batch_op:
        batch_op.create_index(
            "ix_engine_work_item_delegated",
            ["delegated_by"],
            unique=False,
            sqlite_where=sa.text("delegated_by IS NOT NULL"),
            postgresql_where=sa.text("delegated_by IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_engine_work_item_group",
            [
                "state",
                "role",
                "scope",
                "due_at",
                "created_at",
                "id",
                "named",
                "four_eyes_with",
                "instance_id",
                "definition_key",
                "ended_at",
            ],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_engine_work_item_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(
            "ix_engine_work_item_mine",
            [
                "assignee",
                "state",
                "due_at",
                "created_at",
                "id",
                "follow_up_hides",
                "follow_up_at",
                "role",
                "scope",
                "definition_key",
                "four_eyes_with",
                "instance_id",
            ],
            unique=False,
            sqlite_where=sa.text("assignee IS NOT NULL"),
            postgresql_where=sa.text("assignee IS NOT NULL"),
        )

    op.create_table(
        "archive_blob_lock",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_archive_blob_lock")),
    )
    with op.batch_alter_table("archive_blob_lock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_blob_lock_held"), ["held"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_blob_lock_until"), ["until"], unique=False)

    op.create_table(
        "archive_evidence_batch",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("renews", sa.JSON(), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_archive_evidence_batch")),
    )
    with op.batch_alter_table("archive_evidence_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_evidence_batch_state"), ["state"], unique=False)

    op.create_table(
        "archive_evidence_member",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["archive_evidence_batch.number"],
            name=op.f("fk_archive_evidence_member_batch_archive_evidence_batch"),
        ),
        sa.PrimaryKeyConstraint("kind", "subject", "number", "batch", name=op.f("pk_archive_evidence_member")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("archive_evidence_member", schema=None) as batch_op:
        batch_op.create_index("ix_archive_evidence_member_batch", ["batch"], unique=False)

    op.create_table(
        "archive_evidence_nodes",
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("stretch", sa.Integer(), nullable=False),
        sa.Column("first", sa.LargeBinary(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["archive_evidence_batch.number"],
            name=op.f("fk_archive_evidence_nodes_batch_archive_evidence_batch"),
        ),
        sa.PrimaryKeyConstraint("batch", "level", "stretch", name=op.f("pk_archive_evidence_nodes")),
    )
    with op.batch_alter_table("archive_evidence_nodes", schema=None) as batch_op:
        batch_op.create_index("ix_archive_evidence_nodes_first", ["batch", "level", "first"], unique=False)

    op.create_table(
        "archive_fixity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_fixity")),
    )
    with op.batch_alter_table("archive_fixity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_fixity_started_at"), ["started_at"], unique=False)

    op.create_table(
        "archive_fonds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_fonds")),
        sa.UniqueConstraint("code", name=op.f("uq_archive_fonds_code")),
    )
    op.create_table(
        "archive_retention_class",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_archive_retention_class")),
    )
    op.create_table(
        "archive_retention_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_retention_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_archive_retention_version_code_version")),
    )
    with op.batch_alter_table("archive_retention_version", schema=None) as batch_op:
        batch_op.create_index(
            "ix_archive_retention_version_open",
            ["code"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )

    op.create_table(
        "archive_search_text",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("folding", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_archive_search_text")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("archive_search_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_search_text_folding"), ["folding"], unique=False)

    op.create_table(
        "archive_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fonds_id", sa.Uuid(), nullable=False),
        sa.Column("above_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("retention_class", sa.Text(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["above_id"], ["archive_series.id"], name=op.f("fk_archive_series_above_id")),
        sa.ForeignKeyConstraint(["fonds_id"], ["archive_fonds.id"], name=op.f("fk_archive_series_fonds_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_series")),
        sa.UniqueConstraint("fonds_id", "code", name=op.f("uq_archive_series_fonds_id_code")),
    )
    with op.batch_alter_table("archive_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_series_above_id"), ["above_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_series_fonds_id"), ["fonds_id"], unique=False)

    op.create_table(
        "archive_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["archive_series.id"], name=op.f("fk_archive_file_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_file")),
        sa.UniqueConstraint("series_id", "code", name=op.f("uq_archive_file_series_id_code")),
    )
    with op.batch_alter_table("archive_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_file_series_id"), ["series_id"], unique=False)

    op.create_table(
        "archive_arrangement_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_arrangement_event")),
        sa.UniqueConstraint("unit_id", "seq", name=op.f("uq_archive_arrangement_event_unit_id_seq")),
    )
    with op.batch_alter_table("archive_arrangement_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_arrangement_event_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "archive_nomenclature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_nomenclature")),
        sa.UniqueConstraint("owner", "year", name=op.f("uq_archive_nomenclature_owner_year")),
    )
    op.create_table(
        "archive_nomenclature_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nomenclature_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("retention_class", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["archive_file.id"], name=op.f("fk_archive_nomenclature_entry_file_id")),
        sa.ForeignKeyConstraint(
            ["nomenclature_id"],
            ["archive_nomenclature.id"],
            name=op.f("fk_archive_nomenclature_entry_nomenclature_id"),
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["archive_series.id"], name=op.f("fk_archive_nomenclature_entry_series_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_nomenclature_entry")),
        sa.UniqueConstraint(
            "nomenclature_id", "index", name=op.f("uq_archive_nomenclature_entry_nomenclature_id_index")
        ),
    )
    op.create_table(
        "archive_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("access_level", sa.Text(), nullable=False),
        sa.Column("access_flags", sa.JSON(), nullable=False),
        sa.Column("access_ground", sa.Text(), nullable=True),
        sa.Column("access_until", sa.Date(), nullable=True),
        sa.Column("access_terms", sa.JSON(), nullable=False),
        sa.Column("official_until", sa.Date(), nullable=False),
        sa.Column("secret_until", sa.Date(), nullable=False),
        sa.Column("access_ends", sa.Date(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("original_id", sa.Uuid(), nullable=True),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("retention_class", sa.Text(), nullable=True),
        sa.Column("retention_facts", sa.JSON(), nullable=False),
        sa.Column("retention_starts", sa.Date(), nullable=True),
        sa.Column("dispose_after", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("accessioned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("signers", sa.JSON(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("custody_seq", sa.Integer(), nullable=False),
        sa.Column("custody_head", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["archive_file.id"], name=op.f("fk_archive_document_file_id")),
        sa.ForeignKeyConstraint(["original_id"], ["archive_document.id"], name=op.f("fk_archive_document_original_id")),
        sa.ForeignKeyConstraint(["seq"], ["archive_search_text.seq"], name=op.f("fk_archive_document_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_document")),
        sa.UniqueConstraint("seq", name=op.f("uq_archive_document_seq")),
    )
    with op.batch_alter_table("archive_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_document_access_ends"), ["access_ends"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_access_level"), ["access_level"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_accessioned_at"), ["accessioned_at"], unique=False)
        batch_op.create_index("ix_archive_document_case_newest", ["case_id", "seq"], unique=False)
        batch_op.create_index("ix_archive_document_class_newest", ["retention_class", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_dated_on"), ["dated_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_dispose_after"), ["dispose_after"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_file_id"), ["file_id"], unique=False)
        batch_op.create_index("ix_archive_document_newest", ["owner", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_original_id"), ["original_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_sha256"), ["sha256"], unique=False)
        batch_op.create_index("ix_archive_document_type_newest", ["type", "seq"], unique=False)
        batch_op.create_index("ix_archive_document_year_newest", ["year", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_document_unit"), ["unit"], unique=False)

    op.create_table(
        "archive_custody",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("details_digest", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["archive_document.id"], name=op.f("fk_archive_custody_document_id")),
        sa.PrimaryKeyConstraint("document_id", "seq", name=op.f("pk_archive_custody")),
    )
    op.create_table(
        "archive_disposal_entry",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive_document.id"], name=op.f("fk_archive_disposal_entry_document_id")
        ),
        sa.PrimaryKeyConstraint("list_id", "document_id", name=op.f("pk_archive_disposal_entry")),
    )
    with op.batch_alter_table("archive_disposal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_disposal_entry_document_id"), ["document_id"], unique=False)
        batch_op.create_index("ix_archive_disposal_entry_state", ["state", "list_id"], unique=False)

    op.create_table(
        "archive_disposal_opinion",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive_document.id"], name=op.f("fk_archive_disposal_opinion_document_id")
        ),
        sa.PrimaryKeyConstraint("list_id", "document_id", "reviewer", name=op.f("pk_archive_disposal_opinion")),
    )
    op.create_table(
        "archive_erasure",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["archive_document.id"], name=op.f("fk_archive_erasure_document_id")),
        sa.PrimaryKeyConstraint("document_id", "sha256", name=op.f("pk_archive_erasure")),
    )
    with op.batch_alter_table("archive_erasure", schema=None) as batch_op:
        batch_op.create_index("ix_archive_erasure_waiting", ["ended_at", "asked_at"], unique=False)

    op.create_table(
        "archive_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_ground", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["archive_document.id"], name=op.f("fk_archive_hold_document_id")),
        sa.ForeignKeyConstraint(["file_id"], ["archive_file.id"], name=op.f("fk_archive_hold_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_hold")),
    )
    with op.batch_alter_table("archive_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_hold_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_hold_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_hold_order_id"), ["order_id"], unique=False)

    op.create_table(
        "archive_publication",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_ground", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive_document.id"], name=op.f("fk_archive_publication_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_archive_publication")),
    )
    with op.batch_alter_table("archive_publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_publication_published_at"), ["published_at"], unique=False)

    op.create_table(
        "archive_quarantine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.Text(), nullable=True),
        sa.Column("ended_ground", sa.Text(), nullable=True),
        sa.Column("act_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive_document.id"], name=op.f("fk_archive_quarantine_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_quarantine")),
    )
    with op.batch_alter_table("archive_quarantine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_quarantine_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_quarantine_placed_by"), ["placed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_quarantine_second"), ["second"], unique=False)

    op.create_table(
        "archive_revision",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["archive_document.id"], name=op.f("fk_archive_revision_document_id")),
        sa.PrimaryKeyConstraint("document_id", "revision", name=op.f("pk_archive_revision")),
    )
    with op.batch_alter_table("archive_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_revision_sha256"), ["sha256"], unique=False)

    op.create_table(
        "archive_signer",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["archive_document.id"], name=op.f("fk_archive_signer_document_id")),
        sa.PrimaryKeyConstraint("document_id", "position", name=op.f("pk_archive_signer")),
    )
    with op.batch_alter_table("archive_signer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_archive_signer_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_archive_signer_serial"), ["serial"], unique=False)

    op.create_table(
        "process_audit",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("details_digest", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_process_audit")),
    )
    with op.batch_alter_table("process_audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_audit_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_audit_at"), ["at"], unique=False)

    op.create_table(
        "process_body",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("functions", sa.JSON(), nullable=False),
        sa.Column("superior_id", sa.Uuid(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["superior_id"], ["process_body.id"], name=op.f("fk_process_body_superior_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_body")),
        sa.UniqueConstraint("code", name=op.f("uq_process_body_code")),
    )
    op.create_table(
        "process_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offset_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_clock")),
    )
    op.create_table(
        "process_correspondent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correspondent_class", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_correspondent")),
    )
    op.create_table(
        "process_job_effect",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_process_job_effect")),
    )
    with op.batch_alter_table("process_job_effect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_job_effect_case_id"), ["case_id"], unique=False)

    op.create_table(
        "process_login_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_login_attempt")),
    )
    with op.batch_alter_table("process_login_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_process_login_attempt_address", ["address", "at"], unique=False)
        batch_op.create_index("ix_process_login_attempt_login", ["login", "at"], unique=False)

    op.create_table(
        "process_revocation_cache",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_process_revocation_cache")),
    )
    op.create_table(
        "process_document_level",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("outstanding", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renew_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_process_document_level")),
    )
    op.create_index(
        op.f("ix_process_document_level_next_try_at"), "process_document_level", ["next_try_at"], unique=False
    )
    op.create_index(op.f("ix_process_document_level_renew_at"), "process_document_level", ["renew_at"], unique=False)
    op.create_table(
        "process_trust_anchor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_ground", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_trust_anchor")),
        sa.UniqueConstraint("sha256", name=op.f("uq_process_trust_anchor_sha256")),
    )
    op.create_table(
        "process_unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_unit_body_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["process_unit.id"], name=op.f("fk_process_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_unit")),
        sa.UniqueConstraint("body_id", "code", name=op.f("uq_process_unit_body_id_code")),
    )
    with op.batch_alter_table("process_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_unit_body_id"), ["body_id"], unique=False)

    op.create_table(
        "process_trusted_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("operator_pem", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_update", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_ground", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_trusted_list")),
    )
    with op.batch_alter_table("process_trusted_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_trusted_list_next_look_at"), ["next_look_at"], unique=False)
    op.create_table(
        "process_trusted_service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("periods", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["process_trusted_list.id"], name=op.f("fk_process_trusted_service_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_trusted_service")),
    )
    with op.batch_alter_table("process_trusted_service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_trusted_service_list_id"), ["list_id"], unique=False)
    op.create_table(
        "process_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("access_level", sa.Text(), nullable=False),
        sa.Column("access_flags", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_seq", sa.Integer(), nullable=False),
        sa.Column("parent_case_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_case_body_id")),
        sa.ForeignKeyConstraint(["parent_case_id"], ["process_case.id"], name=op.f("fk_process_case_parent_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["process_unit.id"], name=op.f("fk_process_case_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_case")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_process_case_body_id_number")),
    )
    with op.batch_alter_table("process_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_case_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_case_definition_key"), ["definition_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_case_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_case_started_at"), ["started_at"], unique=False)

    op.create_table(
        "process_number",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("work_item_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("annulled_ground", sa.Text(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_number_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_number")),
        sa.UniqueConstraint(
            "body_id", "register", "year", "seq", name=op.f("uq_process_number_body_id_register_year_seq")
        ),
    )
    with op.batch_alter_table("process_number", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_number_work_item_id"), ["work_item_id"], unique=False)

    op.create_table(
        "process_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_person_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_person")),
        sa.UniqueConstraint("login", name=op.f("uq_process_person_login")),
    )
    with op.batch_alter_table("process_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_person_body_id"), ["body_id"], unique=False)

    op.create_table(
        "process_attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_item_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_attachment_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_attachment")),
    )
    with op.batch_alter_table("process_attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_attachment_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_attachment_work_item_id"), ["work_item_id"], unique=False)

    op.create_table(
        "process_incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("definition_key", sa.Text(), nullable=True),
        sa.Column("element_id", sa.Text(), nullable=True),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_incident_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_incident")),
    )
    with op.batch_alter_table("process_incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_incident_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_incident_last_at"), ["last_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_incident_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_incident_subject"), ["subject"], unique=False)

    op.create_table(
        "process_bulk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["process_person.id"], name=op.f("fk_process_bulk_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_bulk")),
    )
    with op.batch_alter_table("process_bulk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_bulk_started_at"), ["started_at"], unique=False)

    op.create_table(
        "process_bulk_case",
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bulk_id"], ["process_bulk.id"], name=op.f("fk_process_bulk_case_bulk_id")),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_bulk_case_case_id")),
        sa.PrimaryKeyConstraint("bulk_id", "seq", name=op.f("pk_process_bulk_case")),
    )
    with op.batch_alter_table("process_bulk_case", schema=None) as batch_op:
        batch_op.create_index("ix_process_bulk_case_state", ["bulk_id", "state", "seq"], unique=False)

    op.create_table(
        "process_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["process_person.id"], name=op.f("fk_process_export_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_export")),
    )
    with op.batch_alter_table("process_export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_export_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_export_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "process_parked_job",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_parked_job_case_id")),
        sa.PrimaryKeyConstraint("case_id", "task_id", name=op.f("pk_process_parked_job")),
    )
    op.create_table(
        "process_case_document",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("referenced_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_case_document_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_process_case_document")),
        sa.UniqueConstraint("document_id", name=op.f("uq_process_case_document_document_id")),
    )
    with op.batch_alter_table("process_case_document", schema=None) as batch_op:
        batch_op.create_index("ix_process_case_document_heads", ["case_id", "referenced_by"], unique=False)

    op.create_table(
        "process_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("body_id", sa.Uuid(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("key_store", sa.Text(), nullable=False),
        sa.Column("key_reference", sa.Text(), nullable=False),
        sa.Column("matched_by", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("failed_pins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revocation_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_certificate_body_id")),
        sa.ForeignKeyConstraint(["person_id"], ["process_person.id"], name=op.f("fk_process_certificate_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_certificate")),
        sa.UniqueConstraint("serial", name=op.f("uq_process_certificate_serial")),
    )
    with op.batch_alter_table("process_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_certificate_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_certificate_person_id"), ["person_id"], unique=False)

    op.create_table(
        "process_certificate_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key_reference", sa.Text(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["process_person.id"], name=op.f("fk_process_certificate_request_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_certificate_request")),
    )
    with op.batch_alter_table("process_certificate_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_certificate_request_person_id"), ["person_id"], unique=False)

    op.create_table(
        "process_deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("work_item_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("start_event", sa.Text(), nullable=False),
        sa.Column("start_proof", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("recomputations", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_deadline_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_deadline")),
    )
    with op.batch_alter_table("process_deadline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_deadline_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_process_deadline_due", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_deadline_work_item_id"), ["work_item_id"], unique=False)

    op.create_table(
        "process_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["process_person.id"], name=op.f("fk_process_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_draft")),
        sa.UniqueConstraint("work_item_id", "person_id", name=op.f("uq_process_draft_work_item_id_person_id")),
    )
    with op.batch_alter_table("process_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_draft_work_item_id"), ["work_item_id"], unique=False)

    op.create_table(
        "process_saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["process_person.id"], name=op.f("fk_process_saved_filter_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_saved_filter")),
        sa.UniqueConstraint("person_id", "place", "name", name=op.f("uq_process_saved_filter_person_id_place_name")),
    )

    op.create_table(
        "process_mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acts_for_id", sa.Uuid(), nullable=True),
        sa.Column("ground_act", sa.Text(), nullable=False),
        sa.Column("ground_number", sa.Text(), nullable=False),
        sa.Column("ground_date", sa.Date(), nullable=False),
        sa.Column("ground_document_id", sa.Uuid(), nullable=True),
        sa.Column("ground_sha256", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_ground", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["acts_for_id"], ["process_mandate.id"], name=op.f("fk_process_mandate_acts_for_id")),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_mandate_body_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["process_person.id"], name=op.f("fk_process_mandate_holder_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["process_unit.id"], name=op.f("fk_process_mandate_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_mandate")),
    )
    with op.batch_alter_table("process_mandate", schema=None) as batch_op:
        batch_op.create_index("ix_process_mandate_group", ["role", "body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_mandate_holder_id"), ["holder_id"], unique=False)

    op.create_table(
        "process_candidate_role",
        sa.Column("process_key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("candidate", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("process_key", "role", "candidate", name=op.f("pk_process_candidate_role")),
    )
    with op.batch_alter_table("process_candidate_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_candidate_role_candidate"), ["candidate"], unique=False)

    op.create_table(
        "process_outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_outbox_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_process_outbox_key")),
    )
    with op.batch_alter_table("process_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_outbox_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_outbox_created_at"), ["created_at"], unique=False)

    op.create_table(
        "process_payload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_ground", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_payload_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_payload")),
    )
    with op.batch_alter_table("process_payload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_payload_case_id"), ["case_id"], unique=False)

    op.create_table(
        "process_post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["process_person.id"], name=op.f("fk_process_post_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["process_unit.id"], name=op.f("fk_process_post_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_post")),
    )
    with op.batch_alter_table("process_post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_post_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_post_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "process_register_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("correspondent", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("electronic_only", sa.Boolean(), nullable=False),
        sa.Column("approved_electronically", sa.Boolean(), nullable=False),
        sa.Column("prepared_for_archive", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_register_entry_body_id")),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_register_entry_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_register_entry")),
        sa.UniqueConstraint(
            "body_id", "register", "number", name=op.f("uq_process_register_entry_body_id_register_number")
        ),
    )
    with op.batch_alter_table("process_register_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_register_entry_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_register_entry_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_process_register_entry_register", ["body_id", "register", "registered_at"], unique=False
        )

    op.create_table(
        "process_service_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("electronic", sa.Boolean(), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_service_entry_body_id")),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_service_entry_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_service_entry")),
        sa.UniqueConstraint("case_id", name=op.f("uq_process_service_entry_case_id")),
        sa.UniqueConstraint("number", name=op.f("uq_process_service_entry_number")),
    )
    with op.batch_alter_table("process_service_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_service_entry_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_service_entry_section"), ["section"], unique=False)

    op.create_table(
        "process_appeal",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("collective", sa.Boolean(), nullable=False),
        sa.Column("signatories", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("applicant_payload_id", sa.Uuid(), nullable=True),
        sa.Column("applicant_key", sa.Text(), nullable=True),
        sa.Column("complained_body_id", sa.Uuid(), nullable=True),
        sa.Column("complained_person_id", sa.Uuid(), nullable=True),
        sa.Column("tracking_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answer_document_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["applicant_payload_id"], ["process_payload.id"], name=op.f("fk_process_appeal_applicant_payload_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_appeal_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_process_appeal")),
        sa.UniqueConstraint("tracking_hash", name=op.f("uq_process_appeal_tracking_hash")),
    )
    with op.batch_alter_table("process_appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_appeal_applicant_key"), ["applicant_key"], unique=False)

    op.create_table(
        "process_service_version",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["process_service_entry.id"], name=op.f("fk_process_service_version_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "version", name=op.f("pk_process_service_version")),
    )
    op.create_table(
        "process_signing_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_item_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("cosigns", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.JSON(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.Text(), nullable=False),
        sa.Column("prepared", sa.LargeBinary(), nullable=True),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_signing_attempt_case_id")),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["process_mandate.id"], name=op.f("fk_process_signing_attempt_mandate_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["process_person.id"], name=op.f("fk_process_signing_attempt_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_signing_attempt")),
        sa.UniqueConstraint("work_item_id", "attempt", name=op.f("uq_process_signing_attempt_work_item_id_attempt")),
    )
    with op.batch_alter_table("process_signing_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_signing_attempt_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_signing_attempt_cosigns"), ["cosigns"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_signing_attempt_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_signing_attempt_work_item_id"), ["work_item_id"], unique=False)

    op.create_table(
        "process_step_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("work_item_id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("payload_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("certificate_serial", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_step_record_case_id")),
        sa.ForeignKeyConstraint(["mandate_id"], ["process_mandate.id"], name=op.f("fk_process_step_record_mandate_id")),
        sa.ForeignKeyConstraint(["payload_id"], ["process_payload.id"], name=op.f("fk_process_step_record_payload_id")),
        sa.ForeignKeyConstraint(["person_id"], ["process_person.id"], name=op.f("fk_process_step_record_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_step_record")),
        sa.UniqueConstraint("work_item_id", name=op.f("uq_process_step_record_work_item_id")),
    )
    with op.batch_alter_table("process_step_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_step_record_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_step_record_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_step_record_person_id"), ["person_id"], unique=False)

    op.create_table(
        "process_shared_document",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("leased_to", sa.Uuid(), nullable=True),
        sa.Column("leased_by", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["process_body.id"], name=op.f("fk_process_shared_document_body_id")),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_shared_document_case_id")),
        sa.ForeignKeyConstraint(
            ["leased_by"], ["process_person.id"], name=op.f("fk_process_shared_document_leased_by")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_process_shared_document")),
    )
    with op.batch_alter_table("process_shared_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_shared_document_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_shared_document_state"), ["state"], unique=False)

    op.create_table(
        "process_cosignature",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["process_shared_document.document_id"],
            name=op.f("fk_process_cosignature_document_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["process_person.id"], name=op.f("fk_process_cosignature_person_id")),
        sa.ForeignKeyConstraint(["step_id"], ["process_step_record.id"], name=op.f("fk_process_cosignature_step_id")),
        sa.PrimaryKeyConstraint("document_id", "field", name=op.f("pk_process_cosignature")),
    )
    with op.batch_alter_table("process_cosignature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_cosignature_person_id"), ["person_id"], unique=False)

    op.create_table(
        "process_appeal_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["process_appeal.case_id"], name=op.f("fk_process_appeal_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_appeal_event")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_process_appeal_event_case_id_seq")),
    )
    with op.batch_alter_table("process_appeal_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_appeal_event_case_id"), ["case_id"], unique=False)

    op.create_table(
        "process_remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["process_person.id"], name=op.f("fk_process_remark_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_remark_case_id")),
        sa.ForeignKeyConstraint(["step_id"], ["process_step_record.id"], name=op.f("fk_process_remark_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_remark")),
    )
    with op.batch_alter_table("process_remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_remark_case_id"), ["case_id"], unique=False)

    op.create_table(
        "process_resolution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("co_executors", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("controller_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["process_person.id"], name=op.f("fk_process_resolution_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["process_case.id"], name=op.f("fk_process_resolution_case_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["process_person.id"], name=op.f("fk_process_resolution_lead_id")),
        sa.ForeignKeyConstraint(["step_id"], ["process_step_record.id"], name=op.f("fk_process_resolution_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_resolution")),
    )
    with op.batch_alter_table("process_resolution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_resolution_case_id"), ["case_id"], unique=False)
    op.create_table(
        "process_worker",
        sa.Column("executor_id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_process_worker")),
    )
    op.create_table(
        "process_knock",
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("door", name=op.f("pk_process_knock")),
    )
    with op.batch_alter_table("process_knock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_knock_ends_at"), ["ends_at"], unique=False)
    create_search_index(op.get_bind())
