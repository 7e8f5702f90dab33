"""Reports as they were signed off: the PDF, sealed, and its hash.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "signed_report",
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("signed_at", _TIME, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_signed_report_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", "signed_at", name=op.f("pk_signed_report")),
    )
    op.create_index(op.f("ix_signed_report_sha256"), "signed_report", ["sha256"])
    op.create_table(
        "signed_report_earlier",
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("signed_at", _TIME, nullable=False),
        sa.Column("earlier_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id", "signed_at"],
            ["signed_report.response_id", "signed_report.signed_at"],
            name=op.f("fk_signed_report_earlier_response_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("response_id", "signed_at", "earlier_id", name=op.f("pk_signed_report_earlier")),
    )
    op.create_index(op.f("ix_signed_report_earlier_earlier_id"), "signed_report_earlier", ["earlier_id"])


def downgrade() -> None:
    """Remove both tables; the PDFs as they were signed are lost, and no answer is."""
    op.drop_table("signed_report_earlier")
    op.drop_table("signed_report")
