"""What is counted of attributions by time, side by side and in the order of time: pages read a stretch of it at once.

Without it each count of a month goes from its versions to their attributions, articles and entities, all over the
store. The rows are kept by triggers, as `claim_changes` is, so that whatever writes to the store is in them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COLUMNS = "at, attribution_id, article_id, outlet_id, source_entity_id, topic_id, stance, source_type, is_outermost"
_ROWS = (
    "SELECT coalesce(v.published_at, v.first_seen_at), a.id, v.article_id, r.outlet_id, a.source_entity_id, "
    "(SELECT b.entity_id FROM attribution_about b WHERE b.attribution_id = a.id AND b.rank = 0), "
    "a.stance, a.source_type, a.parent_id IS NULL "
    "FROM attributions a JOIN article_versions v ON v.id = a.version_id JOIN articles r ON r.id = v.article_id"
)
_INSERT = f"INSERT INTO attribution_times ({_COLUMNS}) {_ROWS}"
# By both halves of the key: there is no index on the second.
_OF = (
    "attribution_id = {key} AND at = "
    "(SELECT coalesce(v.published_at, v.first_seen_at) FROM article_versions v WHERE v.id = {version})"
)
_OLD, _NEW = (_OF.format(key=f"{row}.id", version=f"{row}.version_id") for row in ("OLD", "NEW"))
_ABOUT = _OF.format(
    key="NEW.attribution_id", version="(SELECT a.version_id FROM attributions a WHERE a.id = NEW.attribution_id)"
)
_TRIGGERS = (
    ("insert", "INSERT", "attributions", f"{_INSERT} WHERE a.id = NEW.id"),
    ("delete", "DELETE", "attributions", f"DELETE FROM attribution_times WHERE {_OLD}"),  # noqa: S608  all ours
    (
        "update",
        "UPDATE OF parent_id, source_entity_id",
        "attributions",
        "UPDATE attribution_times SET source_entity_id = NEW.source_entity_id, "  # noqa: S608
        f"is_outermost = NEW.parent_id IS NULL WHERE {_NEW}",
    ),
    (
        "about",
        "INSERT",
        "attribution_about",
        f"UPDATE attribution_times SET topic_id = NEW.entity_id WHERE NEW.rank = 0 AND {_ABOUT}",  # noqa: S608
    ),
)


def upgrade() -> None:
    op.create_table(
        "attribution_times",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("attribution_id", Id, nullable=False, autoincrement=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("outlet_id", Id),
        sa.Column("source_entity_id", Id),
        sa.Column("topic_id", Id),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("source_type", sa.Text(), nullable=False),
        sa.Column("is_outermost", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("at", "attribution_id", name="pk_attribution_times"),
        sqlite_with_rowid=False,
    )
    op.execute(_INSERT)
    for name, event, table, statement in _TRIGGERS:
        _create_trigger(name, event, table, statement)


def _create_trigger(name: str, event: str, table: str, statement: str) -> None:
    name = f"attribution_times_by_{name}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {statement}; END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
