"""What claims' texts mean as vectors, what claims are to each other, and which texts share words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claim_vectors",
        sa.Column("claim_id", Id, nullable=False, autoincrement=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_claim_vectors_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("claim_id", name="pk_claim_vectors"),
    )
    op.create_table(
        "claim_links",
        sa.Column("left_id", Id, nullable=False, autoincrement=False),
        sa.Column("right_id", Id, nullable=False, autoincrement=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_claim_links_ascending")),
        sa.ForeignKeyConstraint(["left_id"], ["claims.id"], name="fk_claim_links_left_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["right_id"], ["claims.id"], name="fk_claim_links_right_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("left_id", "right_id", name="pk_claim_links"),
    )
    op.create_index("ix_claim_links_right_id", "claim_links", ["right_id"])
    _create_overlaps()


def _create_overlaps() -> None:
    version = "article_versions.id"
    op.create_table(
        "shingles",
        sa.Column("hash", Id, nullable=False, autoincrement=False),
        sa.Column("version_id", Id, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["version_id"], [version], name="fk_shingles_version_id"),
        sa.PrimaryKeyConstraint("hash", "version_id", name="pk_shingles"),
    )
    op.create_index("ix_shingles_version_id", "shingles", ["version_id"])
    op.create_table(
        "text_overlaps",
        sa.Column("left_id", Id, nullable=False, autoincrement=False),
        sa.Column("right_id", Id, nullable=False, autoincrement=False),
        sa.Column("shared", sa.Integer(), nullable=False),
        sa.Column("left_share", sa.Float(), nullable=False),
        sa.Column("right_share", sa.Float(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_text_overlaps_ascending")),
        sa.ForeignKeyConstraint(["left_id"], [version], name="fk_text_overlaps_left_id"),
        sa.ForeignKeyConstraint(["right_id"], [version], name="fk_text_overlaps_right_id"),
        sa.PrimaryKeyConstraint("left_id", "right_id", name="pk_text_overlaps"),
    )
    op.create_index("ix_text_overlaps_right_id", "text_overlaps", ["right_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
