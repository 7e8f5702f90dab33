"""Translations: their texts, which of them a response stands on, and the language that a member of staff works in.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of translations; ``response.overlay_hash``, which nothing was ever written to, goes."""
    op.create_table(
        "questionnaire_overlay",
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("questionnaire_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_questionnaire_overlay")),
    )
    op.create_index("ix_questionnaire_overlay_questionnaire_id", "questionnaire_overlay", ["questionnaire_id"])
    op.create_table(
        "response_overlay",
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_hash"], ["questionnaire_overlay.content_hash"], name=op.f("fk_response_overlay_content_hash")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_overlay_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", "language", name=op.f("pk_response_overlay")),
    )
    op.drop_column("response", "overlay_hash")
    op.add_column("staff", sa.Column("language", sa.String(length=35), nullable=True))


def downgrade() -> None:
    """Take them away; who answered in which translation is lost."""
    op.drop_column("staff", "language")
    op.add_column("response", sa.Column("overlay_hash", sa.String(length=64), nullable=True))
    op.drop_table("response_overlay")
    op.drop_table("questionnaire_overlay")
