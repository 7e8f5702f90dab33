"""Corrections, covers, attention answers, and what comes after a sign-off.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.String(length=32)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "correction",
        sa.Column("invitation_id", _ID, nullable=False),
        sa.Column("corrects_id", _ID, nullable=False),
        sa.CheckConstraint("invitation_id <> corrects_id", name=op.f("ck_correction_of_another")),
        sa.ForeignKeyConstraint(["corrects_id"], ["invitation.id"], name=op.f("fk_correction_corrects_id")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_correction_invitation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_corrects_id"), "correction", ["corrects_id"])
    op.create_table(
        "cover",
        sa.Column("id", _ID, nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cover_id <> clinician_id", name=op.f("ck_cover_by_another")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_cover_has_length")),
        sa.ForeignKeyConstraint(["clinician_id"], ["staff.id"], name=op.f("fk_cover_clinician_id")),
        sa.ForeignKeyConstraint(["cover_id"], ["staff.id"], name=op.f("fk_cover_cover_id")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_cover_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
    )
    op.create_index(op.f("ix_cover_clinician_id"), "cover", ["clinician_id"])
    op.create_index(op.f("ix_cover_cover_id"), "cover", ["cover_id"])
    op.create_table(
        "attention_answer",
        sa.Column("id", _ID, nullable=False),
        sa.Column("questionnaire_id", sa.String(length=80), nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "ended_by IS NULL OR ended_at IS NOT NULL", name=op.f("ck_attention_answer_only_ended_has_ender")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_attention_answer_ended_by")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_attention_answer_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention_answer")),
    )
    op.create_index(
        "uq_attention_answer_in_force",
        "attention_answer",
        ["questionnaire_id", "item_id", "answer"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "review_entry",
        sa.Column("id", _ID, nullable=False),
        sa.Column("response_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('sign_off', 'reopening', 'addendum')", name=op.f("ck_review_entry_kind")),
        sa.CheckConstraint("(kind = 'sign_off') = (document IS NULL)", name=op.f("ck_review_entry_text_is_whole")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_review_entry_response_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name=op.f("fk_review_entry_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_entry")),
    )
    op.create_index(op.f("ix_review_entry_response_id"), "review_entry", ["response_id"])


def downgrade() -> None:
    """Remove the tables with what is in them."""
    for table in ("review_entry", "attention_answer", "cover", "correction"):
        op.drop_table(table)
