"""Attributions that a person has rejected, and decisions about one thing alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    before = _decisions_before() if op.get_bind().dialect.name == "sqlite" else None
    with op.batch_alter_table("decisions", copy_from=before) as batch:
        batch.drop_constraint(op.f("ck_decisions_kind"), type_="check")
        batch.drop_constraint(op.f("ck_decisions_action"), type_="check")
        batch.alter_column("right_id", existing_type=Id, nullable=True)
        batch.create_check_constraint(op.f("ck_decisions_kind"), "kind IN ('entity', 'claim', 'attribution')")
        batch.create_check_constraint(op.f("ck_decisions_action"), "action IN ('merge', 'split', 'reject')")
        batch.create_check_constraint(op.f("ck_decisions_sides"), "(action = 'reject') = (right_id IS NULL)")
    op.create_table(
        "rejected_attributions",
        sa.Column("attribution_id", Id, nullable=False, autoincrement=False),
        sa.Column("version_id", Id, nullable=False),
        sa.Column("claim_id", Id),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name="fk_rejected_attributions_version_id"),
        sa.PrimaryKeyConstraint("attribution_id", name="pk_rejected_attributions"),
    )
    op.create_index("ix_rejected_attributions_version_id", "rejected_attributions", ["version_id"])
    op.create_index("ix_rejected_attributions_claim_id", "rejected_attributions", ["claim_id"])


def _decisions_before() -> sa.Table:
    """SQLite does not tell the names of constraints, so the table is written down as it was."""
    table = sa.Table(
        "decisions",
        sa.MetaData(),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("left_id", Id, nullable=False),
        sa.Column("right_id", Id, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("score", sa.Float()),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime()),
        sa.Column("undone_by", sa.Text()),
        sa.CheckConstraint("action IN ('merge', 'split')", name=op.f("ck_decisions_action")),
        sa.CheckConstraint("kind IN ('entity', 'claim')", name=op.f("ck_decisions_kind")),
        sa.CheckConstraint("left_id <> right_id", name=op.f("ck_decisions_two_things")),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    sa.Index("ix_decisions_left_id", table.c.left_id)
    sa.Index("ix_decisions_right_id", table.c.right_id)
    sa.Index("ix_decisions_apart", table.c.kind, sqlite_where=sa.text("action = 'split' OR undone_at IS NOT NULL"))
    return table


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
