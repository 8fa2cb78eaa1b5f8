"""The pages as they were fetched, compressed, so that a better extractor can read them again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "raw_pages",
        sa.Column("version_id", Id, nullable=False, autoincrement=False),
        sa.Column("html_gzip", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name="fk_raw_pages_version_id"),
        sa.PrimaryKeyConstraint("version_id", name="pk_raw_pages"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
