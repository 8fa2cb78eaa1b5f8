"""What claims' texts mean as vectors, and what claims are to each other."""

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


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
