"""The tables. Migrations in `graph/migrations` make them; a test holds the two to each other.

Words of the design are the names. Ids are content-derived (`graph.ids`) unless said otherwise. What is not here:
the full-text indexes, which differ between SQLite (FTS5) and PostgreSQL (tsvector) and are made by the migration.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

HEAD = "0015"  # the migration that this code works with; a test holds it to the newest script

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite makes a column its row id only if the type is spelt INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC `datetime`. SQLite has no zones and keeps it as naive UTC text, which sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"times in the store are aware, got {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=False)


def _ref(
    name: str,
    target: str,
    *,
    nullable: bool = False,
    index: bool = False,
    primary_key: bool = False,
    ondelete: str | None = None,
) -> Column[int]:
    key = ForeignKey(target, ondelete=ondelete)
    return Column(name, Id, key, nullable=nullable, index=index, primary_key=primary_key, autoincrement=False)


outlets = Table(
    "outlets",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("family", Text),  # publisher of several mastheads; outlets of one family are not independent
)

feeds = Table(
    "feeds",
    metadata,
    _id(),
    Column("url", Text, nullable=False, unique=True),
    Column("outlet", Text),
    Column("title", Text),
    Column("health", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("interval_seconds", Float, nullable=False),
    Column("next_due_at", UtcDateTime, nullable=False, index=True),
    Column("added_at", UtcDateTime, nullable=False),
    Column("last_polled_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("last_new_at", UtcDateTime),
    Column("error_streak", Integer, nullable=False, default=0),
    Column("last_error", Text),
    Column("due_reason", Text, nullable=False, server_default="new"),
    Column("full_fetch_at", UtcDateTime),
    Column("has_lying_validator", Boolean, nullable=False, server_default=false()),
    Column("listed_at", UtcDateTime),
    Column("gaps", Integer, nullable=False, server_default="0"),
    Column("last_gap_at", UtcDateTime),
    Column("moved_to", Text),
    Column("redirect_url", Text),
    Column("redirect_count", Integer, nullable=False, server_default="0"),
    Column("redirect_since", UtcDateTime),
    Column("gone_count", Integer, nullable=False, server_default="0"),
    Column("gone_since", UtcDateTime),
)

polls = Table(
    "polls",
    metadata,
    _ref("feed_id", "feeds.id", primary_key=True, ondelete="CASCADE"),
    Column("at", UtcDateTime, primary_key=True),
    Column("status", Integer),
    Column("outcome", Text, nullable=False),  # in words
    Column("entries", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("is_gap", Boolean, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    _id(),
    Column("url", Text, nullable=False, unique=True),
    _ref("outlet_id", "outlets.id", nullable=True, index=True),
    Column("first_seen_at", UtcDateTime, nullable=False),
)

article_versions = Table(
    "article_versions",
    metadata,
    _id(),
    _ref("article_id", "articles.id", index=True),
    Column("sha256", Text, nullable=False, index=True),  # of the text
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("byline", Text),
    Column("credit", Text),
    Column("language", Text),
    Column("published_at", UtcDateTime, index=True),
    Column("published_from", Text, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False, index=True),
    Column("links", JSON, nullable=False),  # [{"url", "text"}]
    Column("flags", JSON, nullable=False),  # [str]
    # For whoever needs the article of many versions, whose rows are long.
    Index("ix_article_versions_id_article_id", "id", "article_id"),
    Index("ix_article_versions_first_seen_at_id", "first_seen_at", "id"),
)

raw_pages = Table(
    "raw_pages",
    metadata,
    _ref("version_id", "article_versions.id", primary_key=True),
    Column("html_gzip", LargeBinary, nullable=False),
)

feed_entries = Table(
    "feed_entries",
    metadata,
    _id(),
    _ref("feed_id", "feeds.id", ondelete="CASCADE", index=True),
    Column("entry_id", Text, nullable=False),  # the entry's identity within its feed
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("content", Text),
    Column("links", JSON(none_as_null=True)),  # of `content`: [{"url", "text"}]
    Column("author", Text),
    Column("published_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),  # pending, done
    _ref("article_id", "articles.id", nullable=True, index=True),
    Column("url_key", Text),  # the canonical URL by which it is known under another guid
    Column("digest", Text),  # of what it says
    Column("listed_at", UtcDateTime),  # the last time that the feed showed it
    Column("versions", Integer, nullable=False, server_default="1"),
    Index("ix_feed_entries_feed_id_url_key", "feed_id", "url_key"),
    CheckConstraint("state IN ('pending', 'done')", name="state"),
    Index("ix_feed_entries_state_first_seen_at", "state", "first_seen_at"),
)

entry_versions = Table(
    "entry_versions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    _ref("entry_key", "feed_entries.id", index=True, ondelete="CASCADE"),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("content", Text),
    Column("seen_at", UtcDateTime, nullable=False),
)

pipelines = Table(
    "pipelines",
    metadata,
    _id(),
    Column("version", Text, nullable=False, unique=True),
    Column("first_used_at", UtcDateTime, nullable=False),
)

annotations_table = Table(
    "annotations",
    metadata,
    Column("version_id", Id, ForeignKey("article_versions.id"), primary_key=True, autoincrement=False),
    _ref("pipeline_id", "pipelines.id", index=True),
    Column("language", Text),
    Column("made_at", UtcDateTime, nullable=False),
)

entities = Table(
    "entities",
    metadata,
    _id(),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    # The entity that this one is called by; itself where it is alone. Computed from signs, names and `decisions`.
    _ref("canonical_id", "entities.id"),
    _ref("article_id", "articles.id", nullable=True, index=True),  # of a person, who is one article's until joined
    Column("bucket", Id),  # equal where names could mean the same; NULL for what is only ever itself
    Column("variant", Text, nullable=False, server_default=""),  # a person's middle names
    Index("ix_entities_bucket_variant", "bucket", "variant"),
    Index("ix_entities_canonical_id_article_id", "canonical_id", "article_id"),
)

# What an article says around a person's name, as numbers: two people who share one are the same (`graph.signs`).
entity_signs = Table(
    "entity_signs",
    metadata,
    Column("sign", Id, primary_key=True, autoincrement=False),
    _ref("entity_id", "entities.id", primary_key=True, index=True),
    _ref("version_id", "article_versions.id", primary_key=True, index=True),
    Column("score", Float, nullable=False),  # log odds
)

aliases = Table(
    "aliases",
    metadata,
    Column("entity_id", Id, ForeignKey("entities.id"), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("folded", Text, nullable=False),  # case-folded, for look-ups
    Index("ix_aliases_folded_entity_id", "folded", "entity_id"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("version_id", Id, ForeignKey("article_versions.id"), primary_key=True, autoincrement=False),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("end", Integer, primary_key=True, autoincrement=False),
    _ref("entity_id", "entities.id"),
    Index("ix_mentions_entity_id_version_id", "entity_id", "version_id"),
    CheckConstraint('"start" >= 0 AND "start" < "end"', name="span"),
)

attributions = Table(
    "attributions",
    metadata,
    _id(),
    _ref("version_id", "article_versions.id", index=True),
    _ref("parent_id", "attributions.id", nullable=True, index=True),
    _ref("source_entity_id", "entities.id", nullable=True),
    _ref("affiliation_id", "entities.id", nullable=True, index=True),  # whom the source belongs to or speaks for
    Column("source_name", Text),
    Column("source_type", Text, nullable=False),
    Column("quotation_type", Text, nullable=False),
    Column("attribution_type", Text, nullable=False),
    Column("stance", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("sentence_start", Integer, nullable=False),  # the sentence or sentences that hold it
    Column("sentence_end", Integer, nullable=False),
    Index("ix_attributions_source_entity_id_id", "source_entity_id", "id"),
    CheckConstraint("sentence_start >= 0 AND sentence_start < sentence_end", name="sentence"),
)

attribution_spans = Table(
    "attribution_spans",
    metadata,
    Column("attribution_id", Id, ForeignKey("attributions.id"), primary_key=True, autoincrement=False),
    Column("role", Text, primary_key=True),  # source, cue, content, addressee, channel
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("end", Integer, nullable=False),
    CheckConstraint('"start" >= 0 AND "start" < "end"', name="span"),
    CheckConstraint("role IN ('source', 'cue', 'content', 'addressee', 'channel')", name="role"),
)

attribution_about = Table(
    "attribution_about",
    metadata,
    Column("attribution_id", Id, ForeignKey("attributions.id"), primary_key=True, autoincrement=False),
    Column("rank", Integer, primary_key=True, autoincrement=False),  # 0 is whom the content is most about
    _ref("entity_id", "entities.id"),
    Index("ix_attribution_about_entity_id_attribution_id", "entity_id", "attribution_id"),
)

# What Today, the timeline and Outlets count, in the order of time; kept by triggers, see migration 0010.
attribution_times = Table(
    "attribution_times",
    metadata,
    Column("at", UtcDateTime, primary_key=True),  # of the version: when it was published, else first seen
    Column("attribution_id", Id, primary_key=True, autoincrement=False),
    Column("article_id", Id, nullable=False),
    Column("outlet_id", Id),
    Column("source_entity_id", Id),
    Column("topic_id", Id),  # the entity that its content is most about
    Column("stance", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("is_outermost", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

claims = Table(
    "claims",
    metadata,
    _id(),
    Column("text", Text, nullable=False),
    _ref("canonical_id", "claims.id", index=True),  # as in `entities`
    Column("last_seen_at", UtcDateTime, nullable=False, index=True),
    # Only names what is spoken of, so that it is joined with nothing by its meaning.
    Column("is_topic", Boolean, nullable=False, server_default=false()),
)

claim_members = Table(
    "claim_members",
    metadata,
    Column("attribution_id", Id, ForeignKey("attributions.id"), primary_key=True, autoincrement=False),
    _ref("claim_id", "claims.id", index=True),
    Column("reason", Text, nullable=False),  # why it belongs there, in words for people
)

# What a claim's text means, for the claims that stand for themselves; the others have a row without a vector.
claim_vectors = Table(
    "claim_vectors",
    metadata,
    _ref("claim_id", "claims.id", primary_key=True, ondelete="CASCADE"),
    Column("model", Text, nullable=False),
    Column("vector", LargeBinary),  # 384 little-endian float16, of length 1
)

# What two claims are to each other, as `graph.pairs` judged it. Claims are joined from these rows and `decisions`.
claim_links = Table(
    "claim_links",
    metadata,
    _ref("left_id", "claims.id", primary_key=True, ondelete="CASCADE"),
    _ref("right_id", "claims.id", primary_key=True, ondelete="CASCADE", index=True),
    Column("relation", Text, nullable=False),  # same, rival, asks, other
    Column("score", Float, nullable=False),  # log odds
    Column("reasons", JSON, nullable=False),  # [str]
    CheckConstraint("left_id < right_id", name="ascending"),
)

# What lists say of a claim that stands for its group, counted from its evidence (`graph.figures`) and never by hand.
claim_figures = Table(
    "claim_figures",
    metadata,
    _ref("claim_id", "claims.id", primary_key=True, ondelete="CASCADE"),
    Column("articles", Integer, nullable=False, index=True),
    Column("outlets", Integer, nullable=False),
    Column("at_least", Integer, nullable=False, index=True),  # origins
    Column("at_most", Integer, nullable=False),
    Column("is_contested", Boolean, nullable=False),
    Column("stances", JSON, nullable=False),  # {stance: attributions}
    Column("about", JSON, nullable=False),  # [str], names
    Column("earliest_held", Text, nullable=False),  # a URL
    Column("earliest_at", UtcDateTime, nullable=False),
    Column("latest_at", UtcDateTime, nullable=False, index=True),
)

# The claims of which something has changed since their figures were counted; kept by triggers, see migration 0008.
claim_changes = Table(
    "claim_changes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("claim_id", Id, nullable=False, index=True),
)

# What is counted of a day's attributions, whole days in UTC (`graph.days`), and of an entity over all days that were
# counted. The lists are of numbers, as short as they can be: a page reads those of a month or a year.
day_figures = Table(
    "day_figures",
    metadata,
    Column("day", Text, primary_key=True),  # 2026-03-05
    Column("outlets", JSON, nullable=False),  # [[outlet_id or null, stance, source_type, attributions]]
    Column("articles", JSON, nullable=False),  # [[outlet_id, article_id, to a publication, outermost]]
    Column("wire", JSON, nullable=False),  # [[article_id]], made from an agency's or another outlet's text
    Column("sources", JSON, nullable=False),  # [[entity_id, outlet_id or null, attributions]]
    Column("topics", JSON, nullable=False),  # the same of whom contents are most about
    Column("about", JSON, nullable=False),  # [[entity_id, attributions]] of whomever they are about
    Column("citations", JSON, nullable=False),  # [[outlet_id, name, times]]
)

entity_figures = Table(
    "entity_figures",
    metadata,
    Column("entity_id", Id, primary_key=True, autoincrement=False),
    Column("said", Integer, nullable=False, index=True),  # attributions
    Column("about", Integer, nullable=False),
)

# The days of which something has changed since they were counted; kept by triggers, see migration 0014.
day_changes = Table(
    "day_changes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("day", Text, nullable=False, index=True),
)

# A sample of the five-word runs of a version's text (`graph.copies`), by which copies of it are found.
shingles = Table(
    "shingles",
    metadata,
    Column("hash", Id, primary_key=True, autoincrement=False),
    _ref("version_id", "article_versions.id", primary_key=True, index=True),
)

# Two versions of different articles that share text word for word; which was made from which is not said.
text_overlaps = Table(
    "text_overlaps",
    metadata,
    _ref("left_id", "article_versions.id", primary_key=True),
    _ref("right_id", "article_versions.id", primary_key=True, index=True),
    Column("shared", Integer, nullable=False),  # runs of five words
    Column("left_share", Float, nullable=False),  # of the left one's runs, 0..1
    Column("right_share", Float, nullable=False),
    Column("words", Text, nullable=False),  # the longest shared passage, as the left one has it
    CheckConstraint("left_id < right_id", name="ascending"),
)

derivations = Table(
    "derivations",
    metadata,
    _id(),
    _ref("version_id", "article_versions.id", index=True),  # the one that was made from the other
    _ref("from_version_id", "article_versions.id", nullable=True, index=True),
    Column("from_name", Text),  # an agency or outlet of which the article is not held
    Column("kind", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", Text, nullable=False),  # exact words
    CheckConstraint("(from_version_id IS NULL) <> (from_name IS NULL)", name="one_origin"),
)

# Passages in which an outlet takes back or corrects what it reported.
retractions = Table(
    "retractions",
    metadata,
    _ref("version_id", "article_versions.id", primary_key=True),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("end", Integer, nullable=False),
    CheckConstraint('"start" >= 0 AND "start" < "end"', name="span"),
)

# Which family an outlet was put into, by whom and why; the latest row of an outlet is what `outlets.family` says.
outlet_families = Table(
    "outlet_families",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    _ref("outlet_id", "outlets.id", index=True),
    Column("family", Text),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
)

_APART = "action = 'split' OR undone_at IS NOT NULL"

decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # entity, claim, attribution
    Column("action", Text, nullable=False),  # merge, split, reject
    Column("left_id", Id, nullable=False, index=True),
    Column("right_id", Id, index=True),  # NULL for what is decided about one thing
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("score", Float),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Column("undone_by", Text),
    CheckConstraint("kind IN ('entity', 'claim', 'attribution')", name="kind"),
    CheckConstraint("action IN ('merge', 'split', 'reject')", name="action"),
    CheckConstraint("(action = 'reject') = (right_id IS NULL)", name="sides"),
    CheckConstraint("left_id <> right_id", name="two_things"),
    # Those that can keep two apart: few, and asked for with every article.
    Index("ix_decisions_apart", "kind", sqlite_where=text(_APART), postgresql_where=text(_APART)),
)

# Attributions that a person has rejected, whole, so that they can come back (`graph.rejections`).
rejected_attributions = Table(
    "rejected_attributions",
    metadata,
    Column("attribution_id", Id, primary_key=True, autoincrement=False),
    _ref("version_id", "article_versions.id", index=True),
    Column("claim_id", Id, index=True),
    Column("content", JSON, nullable=False),  # {"attribution": row, "inside": [id], "parts": {table: [row]}}
)

failures = Table(
    "failures",
    metadata,
    _id(),
    Column("stage", Text, nullable=False),  # poll, fetch, read, take in
    Column("item", Text, nullable=False),
    Column("error", Text, nullable=False),  # the name of its class
    Column("message", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime, index=True),  # NULL: trying again by itself would not help
    UniqueConstraint("stage", "item"),
)
