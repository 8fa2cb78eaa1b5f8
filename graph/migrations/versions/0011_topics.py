"""Claims that only name what is spoken of, which are joined with nothing by their meaning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claims", sa.Column("is_topic", sa.Boolean(), nullable=False, server_default=sa.false()))
