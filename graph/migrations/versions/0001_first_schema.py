"""The first schema: all tables, the full-text indexes, and the rule that a version's text never changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The full-text index of a table: which of its columns, in one row's text.
_SEARCHED = {"claims": ("text",), "article_versions": ("title", "text")}


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "sqlite":
        for table, columns in _SEARCHED.items():
            _index_text_in_sqlite(table, columns)
        _forbid_changes_in_sqlite()
    else:
        for table, columns in _SEARCHED.items():
            _index_text_in_postgresql(table, columns)
        _forbid_changes_in_postgresql()


def downgrade() -> None:
    raise NotImplementedError("there is no schema before the first")


def _index_text_in_sqlite(table: str, columns: tuple[str, ...]) -> None:
    """An FTS5 index that keeps no copy of the text (external content), held in step by triggers."""
    names = ", ".join(columns)
    new = ", ".join(f"new.{column}" for column in columns)
    old = ", ".join(f"old.{column}" for column in columns)
    # Names of tables and columns come from this file alone.
    add = f"INSERT INTO {table}_fts (rowid, {names}) VALUES (new.id, {new});"  # noqa: S608
    drop = f"INSERT INTO {table}_fts ({table}_fts, rowid, {names}) VALUES ('delete', old.id, {old});"  # noqa: S608
    op.execute(
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5({names}, content='{table}', content_rowid='id', "
        "tokenize='porter unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN {drop} END")
    op.execute(f"CREATE TRIGGER {table}_fts_update AFTER UPDATE OF {names} ON {table} BEGIN {drop} {add} END")


def _index_text_in_postgresql(table: str, columns: tuple[str, ...]) -> None:
    """A generated tsvector. It holds at most 1 MB, so only the first 300,000 characters of a text are searched."""
    text = " || ' ' || ".join(f"left({column}, 300000)" for column in columns)
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('english', {text})) STORED"
    )
    op.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin (search)")


def _forbid_changes_in_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER article_versions_immutable BEFORE UPDATE OF text, title, sha256, article_id "
        "ON article_versions BEGIN SELECT RAISE(ABORT, 'an article version never changes'); END"
    )


def _forbid_changes_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'an article version never changes'; END $$"
    )
    op.execute(
        "CREATE TRIGGER article_versions_immutable BEFORE UPDATE OF text, title, sha256, article_id "
        "ON article_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _create_tables() -> None:
    op.create_table(
        "claims",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("canonical_id", Id, nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["canonical_id"], ["claims.id"], name=op.f("fk_claims_canonical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_canonical_id"), "claims", ["canonical_id"], unique=False)
    op.create_index(op.f("ix_claims_last_seen_at"), "claims", ["last_seen_at"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("left_id", Id, nullable=False),
        sa.Column("right_id", Id, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.CheckConstraint("action IN ('merge', 'split')", name=op.f("ck_decisions_action")),
        sa.CheckConstraint("kind IN ('entity', 'claim')", name=op.f("ck_decisions_kind")),
        sa.CheckConstraint("left_id <> right_id", name=op.f("ck_decisions_two_things")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_left_id"), "decisions", ["left_id"], unique=False)
    op.create_index(op.f("ix_decisions_right_id"), "decisions", ["right_id"], unique=False)
    op.create_table(
        "entities",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("canonical_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["canonical_id"], ["entities.id"], name=op.f("fk_entities_canonical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
    )
    op.create_index(op.f("ix_entities_canonical_id"), "entities", ["canonical_id"], unique=False)
    op.create_table(
        "failures",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failures")),
        sa.UniqueConstraint("stage", "item", name=op.f("uq_failures_stage_item")),
    )
    op.create_index(op.f("ix_failures_next_try_at"), "failures", ["next_try_at"], unique=False)
    op.create_table(
        "feeds",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("interval_seconds", sa.Float(), nullable=False),
        sa.Column("next_due_at", UtcDateTime(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("last_polled_at", UtcDateTime(), nullable=True),
        sa.Column("last_success_at", UtcDateTime(), nullable=True),
        sa.Column("last_new_at", UtcDateTime(), nullable=True),
        sa.Column("error_streak", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("url", name=op.f("uq_feeds_url")),
    )
    op.create_index(op.f("ix_feeds_next_due_at"), "feeds", ["next_due_at"], unique=False)
    op.create_table(
        "outlets",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlets")),
        sa.UniqueConstraint("name", name=op.f("uq_outlets_name")),
    )
    op.create_table(
        "pipelines",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("first_used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipelines")),
        sa.UniqueConstraint("version", name=op.f("uq_pipelines_version")),
    )
    op.create_table(
        "aliases",
        sa.Column("entity_id", Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_aliases_entity_id")),
        sa.PrimaryKeyConstraint("entity_id", "name", name=op.f("pk_aliases")),
    )
    op.create_index(op.f("ix_aliases_folded"), "aliases", ["folded"], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outlet_id", Id, nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"], name=op.f("fk_articles_outlet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("url", name=op.f("uq_articles_url")),
    )
    op.create_index(op.f("ix_articles_outlet_id"), "articles", ["outlet_id"], unique=False)
    op.create_table(
        "article_versions",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("byline", sa.Text(), nullable=True),
        sa.Column("credit", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("published_from", sa.Text(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_versions_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_versions")),
    )
    op.create_index(op.f("ix_article_versions_article_id"), "article_versions", ["article_id"], unique=False)
    op.create_index(op.f("ix_article_versions_first_seen_at"), "article_versions", ["first_seen_at"], unique=False)
    op.create_index(op.f("ix_article_versions_sha256"), "article_versions", ["sha256"], unique=False)
    op.create_table(
        "feed_entries",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("feed_id", Id, nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("article_id", Id, nullable=True),
        sa.CheckConstraint("state IN ('pending', 'done')", name=op.f("ck_feed_entries_state")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_feed_entries_article_id")),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_feed_entries_feed_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_entries")),
    )
    op.create_index(op.f("ix_feed_entries_article_id"), "feed_entries", ["article_id"], unique=False)
    op.create_index(op.f("ix_feed_entries_feed_id"), "feed_entries", ["feed_id"], unique=False)
    op.create_index("ix_feed_entries_state_first_seen_at", "feed_entries", ["state", "first_seen_at"], unique=False)
    op.create_table(
        "annotations",
        sa.Column("version_id", Id, autoincrement=False, nullable=False),
        sa.Column("pipeline_id", Id, nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.id"], name=op.f("fk_annotations_pipeline_id")),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name=op.f("fk_annotations_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_annotations")),
    )
    op.create_index(op.f("ix_annotations_pipeline_id"), "annotations", ["pipeline_id"], unique=False)
    op.create_table(
        "attributions",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("version_id", Id, nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("source_entity_id", Id, nullable=True),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_type", sa.Text(), nullable=False),
        sa.Column("quotation_type", sa.Text(), nullable=False),
        sa.Column("attribution_type", sa.Text(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("sentence_start", sa.Integer(), nullable=False),
        sa.Column("sentence_end", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sentence_start >= 0 AND sentence_start < sentence_end", name=op.f("ck_attributions_sentence")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["attributions.id"], name=op.f("fk_attributions_parent_id")),
        sa.ForeignKeyConstraint(["source_entity_id"], ["entities.id"], name=op.f("fk_attributions_source_entity_id")),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name=op.f("fk_attributions_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attributions")),
    )
    op.create_index(op.f("ix_attributions_parent_id"), "attributions", ["parent_id"], unique=False)
    op.create_index(op.f("ix_attributions_source_entity_id"), "attributions", ["source_entity_id"], unique=False)
    op.create_index(op.f("ix_attributions_version_id"), "attributions", ["version_id"], unique=False)
    op.create_table(
        "derivations",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("version_id", Id, nullable=False),
        sa.Column("from_version_id", Id, nullable=True),
        sa.Column("from_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint("(from_version_id IS NULL) <> (from_name IS NULL)", name=op.f("ck_derivations_one_origin")),
        sa.ForeignKeyConstraint(
            ["from_version_id"], ["article_versions.id"], name=op.f("fk_derivations_from_version_id")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name=op.f("fk_derivations_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivations")),
    )
    op.create_index(op.f("ix_derivations_from_version_id"), "derivations", ["from_version_id"], unique=False)
    op.create_index(op.f("ix_derivations_version_id"), "derivations", ["version_id"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("version_id", Id, autoincrement=False, nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("end", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entity_id", Id, nullable=False),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name=op.f("ck_mentions_span")),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_mentions_entity_id")),
        sa.ForeignKeyConstraint(["version_id"], ["article_versions.id"], name=op.f("fk_mentions_version_id")),
        sa.PrimaryKeyConstraint("version_id", "start", "end", name=op.f("pk_mentions")),
    )
    op.create_index(op.f("ix_mentions_entity_id"), "mentions", ["entity_id"], unique=False)
    op.create_table(
        "attribution_about",
        sa.Column("attribution_id", Id, autoincrement=False, nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entity_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["attribution_id"], ["attributions.id"], name=op.f("fk_attribution_about_attribution_id")
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_attribution_about_entity_id")),
        sa.PrimaryKeyConstraint("attribution_id", "rank", name=op.f("pk_attribution_about")),
    )
    op.create_index(op.f("ix_attribution_about_entity_id"), "attribution_about", ["entity_id"], unique=False)
    op.create_table(
        "attribution_spans",
        sa.Column("attribution_id", Id, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('source', 'cue', 'content', 'addressee')", name=op.f("ck_attribution_spans_role")),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name=op.f("ck_attribution_spans_span")),
        sa.ForeignKeyConstraint(
            ["attribution_id"], ["attributions.id"], name=op.f("fk_attribution_spans_attribution_id")
        ),
        sa.PrimaryKeyConstraint("attribution_id", "role", "start", name=op.f("pk_attribution_spans")),
    )
    op.create_table(
        "claim_members",
        sa.Column("attribution_id", Id, autoincrement=False, nullable=False),
        sa.Column("claim_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["attribution_id"], ["attributions.id"], name=op.f("fk_claim_members_attribution_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_members_claim_id")),
        sa.PrimaryKeyConstraint("attribution_id", name=op.f("pk_claim_members")),
    )
    op.create_index(op.f("ix_claim_members_claim_id"), "claim_members", ["claim_id"], unique=False)
