"""Files that somebody asked for, in the place of the batches of a day's reports, which are one kind of them.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables, and remove those of batches; a day's file that waits there is asked for once more."""
    _remove("report_batch_part", "report_batch", kinds=["make_batch"])
    op.create_table(
        "requested_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("session_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("request_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.LargeBinary(), nullable=False),
        sa.Column("layout", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("made_at", _TIME, nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kind IN ('day', 'report', 'patient_copy')", name=op.f("ck_requested_file_kind")),
        sa.CheckConstraint("(staff_id IS NULL) <> (session_hash IS NULL)", name=op.f("ck_requested_file_one_asker")),
        sa.CheckConstraint("(document IS NULL) = (made_at IS NULL)", name=op.f("ck_requested_file_made_has_time")),
        sa.CheckConstraint("layout IS NULL OR document IS NULL", name=op.f("ck_requested_file_layout_until_made")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_requested_file_staff_id")),
        sa.ForeignKeyConstraint(
            ["session_hash"],
            ["web_session.id_hash"],
            name=op.f("fk_requested_file_session_hash"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requested_file")),
        sa.UniqueConstraint("request_key", name=op.f("uq_requested_file_request_key")),
    )
    op.create_index(op.f("ix_requested_file_expires_at"), "requested_file", ["expires_at"])
    op.create_index(op.f("ix_requested_file_session_hash"), "requested_file", ["session_hash"])
    _create_parts("requested_file_part", "file_id", "requested_file")


def downgrade() -> None:
    """Put the tables of batches in the place of these; files that wait are asked for once more."""
    _remove("requested_file_part", "requested_file", kinds=["make_file", "make_day"])
    op.create_table(
        "report_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=3), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("made_at", _TIME, nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("form IN ('pdf', 'zip')", name=op.f("ck_report_batch_form")),
        sa.CheckConstraint("(document IS NULL) = (made_at IS NULL)", name=op.f("ck_report_batch_made_has_time")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_report_batch_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_batch")),
    )
    op.create_index(op.f("ix_report_batch_expires_at"), "report_batch", ["expires_at"])
    _create_parts("report_batch_part", "batch_id", "report_batch")


def _create_parts(table: str, whole: str, of: str) -> None:
    op.create_table(
        table,
        sa.Column(whole, sa.String(length=32), nullable=False),
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint([whole], [f"{of}.id"], name=op.f(f"fk_{table}_{whole}"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f(f"fk_{table}_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(whole, "response_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_response_id"), table, ["response_id"])


def _remove(*tables: str, kinds: list[str]) -> None:
    """Remove tables, and what was to be done with them."""
    for table in tables:
        op.drop_table(table)
    outbox = sa.table("outbox", sa.column("kind", sa.String()))
    op.execute(sa.delete(outbox).where(outbox.c.kind.in_(kinds)))
