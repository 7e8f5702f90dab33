"""Paper forms that are typed in: drafts of who types, who typed and who compared, and what was rejected.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "transcription",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("invitation_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_transcription_invitation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_transcription_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcription")),
        sa.UniqueConstraint("invitation_id", "staff_id", name=op.f("uq_transcription_invitation_id_staff_id")),
    )
    op.create_table(
        "transcription_form",
        sa.Column("transcription_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_version(),
        sa.Column("switched_on", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcription.id"],
            name=op.f("fk_transcription_form_transcription_id"),
            ondelete="CASCADE",
        ),
        _stands_on("transcription_form"),
        sa.PrimaryKeyConstraint("transcription_id", "position", name=op.f("pk_transcription_form")),
    )
    op.create_table(
        "paper_response",
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("transcriber_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_paper_response_confirmation_is_whole")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_paper_response_response_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["transcriber_id"], ["staff.id"], name=op.f("fk_paper_response_transcriber_id")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_paper_response_confirmed_by")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_paper_response")),
    )
    op.create_table(
        "rejected_response",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("invitation_id", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.String(length=32), nullable=False),
        *_version(),
        sa.Column("transcriber_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rejected_by", sa.Integer(), nullable=False),
        sa.Column("replaced_by", sa.String(length=32), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_rejected_response_invitation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_rejected_response_patient_id")),
        sa.ForeignKeyConstraint(["transcriber_id"], ["staff.id"], name=op.f("fk_rejected_response_transcriber_id")),
        sa.ForeignKeyConstraint(["rejected_by"], ["staff.id"], name=op.f("fk_rejected_response_rejected_by")),
        _stands_on("rejected_response"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_response")),
    )
    op.create_index(op.f("ix_rejected_response_invitation_id"), "rejected_response", ["invitation_id"])


def downgrade() -> None:
    """Remove the tables with all that is in them."""
    for table in ("rejected_response", "paper_response", "transcription_form", "transcription"):
        op.drop_table(table)


def _version() -> list[sa.Column[str]]:
    return [
        sa.Column("questionnaire_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
    ]


def _stands_on(table: str) -> sa.ForeignKeyConstraint:
    columns = ["questionnaire_id", "version", "content_hash"]
    return sa.ForeignKeyConstraint(
        columns,
        [f"questionnaire_version.{column}" for column in columns],
        name=op.f(f"fk_{table}_questionnaire_id_version_content_hash"),
    )
