"""By what something was said (a post, a letter, an interview) among the spans of an attribution."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    before = _spans_before() if op.get_bind().dialect.name == "sqlite" else None
    with op.batch_alter_table("attribution_spans", copy_from=before) as batch:
        batch.drop_constraint(op.f("ck_attribution_spans_role"), type_="check")
        batch.create_check_constraint(
            op.f("ck_attribution_spans_role"), "role IN ('source', 'cue', 'content', 'addressee', 'channel')"
        )


def _spans_before() -> sa.Table:
    """SQLite does not tell the names of constraints, so the table is written down as it was."""
    return sa.Table(
        "attribution_spans",
        sa.MetaData(),
        sa.Column("attribution_id", Id, nullable=False, autoincrement=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name=op.f("ck_attribution_spans_span")),
        sa.CheckConstraint("role IN ('source', 'cue', 'content', 'addressee')", name=op.f("ck_attribution_spans_role")),
        sa.ForeignKeyConstraint(["attribution_id"], ["attributions.id"], name="fk_attribution_spans_attribution_id"),
        sa.PrimaryKeyConstraint("attribution_id", "role", "start", name="pk_attribution_spans"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
