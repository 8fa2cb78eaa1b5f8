"""The links in the text that a feed carries: where the feed has the whole text, its page is not fetched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed_entries", sa.Column("links", sa.JSON()))
