"""Who is who across articles: people belong to an article until signs join them, which are kept here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Column by column: SQLite cannot copy a table that others refer to while it looks after foreign keys.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = "CONSTRAINT fk_entities_article_id REFERENCES articles (id)"
    op.execute(f"ALTER TABLE entities ADD COLUMN article_id {kind} {reference}")
    op.add_column("entities", sa.Column("bucket", Id))
    op.add_column("entities", sa.Column("variant", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_entities_article_id", "entities", ["article_id"])
    op.create_index("ix_entities_bucket_variant", "entities", ["bucket", "variant"])
    # Asked for with every article that is read again: whether anything still names an entity.
    op.create_index("ix_attributions_affiliation_id", "attributions", ["affiliation_id"])
    op.create_table(
        "entity_signs",
        sa.Column("sign", Id, nullable=False, autoincrement=False),
        sa.Column("entity_id", Id, nullable=False, autoincrement=False),
        sa.Column("version_id", Id, nullable=False, autoincrement=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name="fk_entity_signs_entity_id"),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name="fk_entity_signs_version_id"),
        sa.PrimaryKeyConstraint("sign", "entity_id", "version_id", name="pk_entity_signs"),
    )
    op.create_index("ix_entity_signs_entity_id", "entity_signs", ["entity_id"])
    op.create_index("ix_entity_signs_version_id", "entity_signs", ["version_id"])
    apart = sa.text("action = 'split' OR undone_at IS NOT NULL")
    op.create_index("ix_decisions_apart", "decisions", ["kind"], sqlite_where=apart, postgresql_where=apart)


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
