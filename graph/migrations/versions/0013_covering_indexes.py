"""Indexes that hold all that is asked of them: where an entity is named, who is called by a name, of what article.

Of an entity that is in everything the rows themselves lie all over the store, and fetching them took a second.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_mentions_entity_id_version_id", "mentions", ["entity_id", "version_id"])
    op.drop_index("ix_mentions_entity_id", "mentions")
    op.create_index("ix_aliases_folded_entity_id", "aliases", ["folded", "entity_id"])
    op.drop_index("ix_aliases_folded", "aliases")
    op.create_index("ix_article_versions_id_article_id", "article_versions", ["id", "article_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
