"""Whom sources speak for, notices by which outlets take reports back, and who put outlets into families."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    # Spelt out: on SQLite only this form adds a column with a reference.
    op.execute(
        f"ALTER TABLE attributions ADD COLUMN affiliation_id {kind} "
        "CONSTRAINT fk_attributions_affiliation_id REFERENCES entities(id)"
    )
    op.create_table(
        "retractions",
        sa.Column("version_id", Id, nullable=False, autoincrement=False),
        sa.Column("start", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name=op.f("ck_retractions_span")),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name="fk_retractions_version_id"),
        sa.PrimaryKeyConstraint("version_id", "start", name="pk_retractions"),
    )
    op.create_table(
        "outlet_families",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("outlet_id", Id, nullable=False, autoincrement=False),
        sa.Column("family", sa.Text()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"], name="fk_outlet_families_outlet_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outlet_families"),
    )
    op.create_index("ix_outlet_families_outlet_id", "outlet_families", ["outlet_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
