"""More indexes that hold all that is asked: who stands for whom in which article, what is whose, the newest.

A name that fifty people bear asks for all that stand for each of them, and of one in everything that is a hundred
thousand rows.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_entities_canonical_id_article_id", "entities", ["canonical_id", "article_id"])
    op.drop_index("ix_entities_canonical_id", "entities")
    op.create_index("ix_attributions_source_entity_id_id", "attributions", ["source_entity_id", "id"])
    op.drop_index("ix_attributions_source_entity_id", "attributions")
    op.create_index(
        "ix_attribution_about_entity_id_attribution_id", "attribution_about", ["entity_id", "attribution_id"]
    )
    op.drop_index("ix_attribution_about_entity_id", "attribution_about")
    op.create_index("ix_article_versions_first_seen_at_id", "article_versions", ["first_seen_at", "id"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
