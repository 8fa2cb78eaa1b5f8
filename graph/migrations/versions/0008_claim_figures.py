"""Figures of claims for lists, and a log of the claims whose figures are to be counted again.

The log is kept by triggers, so that whatever writes to the store, now or in a later version, is noticed. It only grows
by rows of its own, for which two writers never wait on each other.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OF_VERSION = (
    "SELECT DISTINCT m.claim_id FROM attributions a JOIN claim_members m ON m.attribution_id = a.id "
    "WHERE a.version_id = {row}.{column}"
)
_OF_ENTITY = (
    "SELECT m.claim_id FROM attributions a JOIN claim_members m ON m.attribution_id = a.id "
    "WHERE a.source_entity_id = NEW.id UNION "
    "SELECT m.claim_id FROM attribution_about b JOIN claim_members m ON m.attribution_id = b.attribution_id "
    "WHERE b.entity_id = NEW.id"
)
_OF_OUTLET = (
    "SELECT DISTINCT m.claim_id FROM articles r JOIN article_versions v ON v.article_id = r.id "
    "JOIN attributions a ON a.version_id = v.id JOIN claim_members m ON m.attribution_id = a.id "
    "WHERE r.outlet_id = NEW.id"
)
# A notice takes back what stands in another article of its outlet, seldom one that is older than a month.
_OF_NOTICE = (
    "SELECT DISTINCT m.claim_id FROM article_versions n JOIN articles o ON o.id = n.article_id "
    "JOIN articles r ON r.outlet_id = o.outlet_id JOIN article_versions v ON v.article_id = r.id "
    "JOIN attributions a ON a.version_id = v.id JOIN claim_members m ON m.attribution_id = a.id "
    "WHERE n.id = {row}.version_id AND v.first_seen_at >= {month_before}"
)
_MONTH_BEFORE = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', n.first_seen_at, '-30 days')",
    "postgresql": "n.first_seen_at - interval '30 days'",
}
_BOTH_VERSIONS = (
    f"{_OF_VERSION.format(row='{row}', column='left_id')} UNION {_OF_VERSION.format(row='{row}', column='right_id')}"
)


def upgrade() -> None:
    op.create_table(
        "claim_figures",
        sa.Column("claim_id", Id, nullable=False, autoincrement=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("outlets", sa.Integer(), nullable=False),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("at_most", sa.Integer(), nullable=False),
        sa.Column("is_contested", sa.Boolean(), nullable=False),
        sa.Column("stances", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("earliest_held", sa.Text(), nullable=False),
        sa.Column("earliest_at", UtcDateTime(), nullable=False),
        sa.Column("latest_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_claim_figures_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("claim_id", name="pk_claim_figures"),
    )
    op.create_index("ix_claim_figures_latest_at", "claim_figures", ["latest_at"])
    op.create_index("ix_claim_figures_articles", "claim_figures", ["articles"])
    op.create_index("ix_claim_figures_at_least", "claim_figures", ["at_least"])
    op.create_table(
        "claim_changes",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("claim_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_claim_changes"),
    )
    op.create_index("ix_claim_changes_claim_id", "claim_changes", ["claim_id"])
    op.create_index("ix_article_versions_published_at", "article_versions", ["published_at"])
    op.execute("INSERT INTO claim_changes (claim_id) SELECT id FROM claims")
    for name, event, table, select in _triggers(op.get_bind().dialect.name):
        _create_trigger(name, event, table, select)


def _triggers(dialect: str) -> list[tuple[str, str, str, str]]:
    found = [("claims_regrouped", "UPDATE OF canonical_id", "claims", "SELECT OLD.canonical_id UNION SELECT NEW.id")]
    for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
        when = event.lower()
        version = _OF_VERSION.format(row=row, column="version_id")
        notice = _OF_NOTICE.format(row=row, month_before=_MONTH_BEFORE[dialect])
        found += [
            (f"claim_members_{when}", event, "claim_members", f"SELECT {row}.claim_id"),
            (f"derivations_{when}", event, "derivations", version),
            (f"retractions_{when}", event, "retractions", f"{version} UNION {notice}"),
            (f"text_overlaps_{when}", event, "text_overlaps", _BOTH_VERSIONS.format(row=row)),
        ]
    found.append(("entities_regrouped", "UPDATE OF canonical_id", "entities", _OF_ENTITY))
    found.append(("outlets_in_family", "UPDATE OF family", "outlets", _OF_OUTLET))
    return found


def _create_trigger(name: str, event: str, table: str, select: str) -> None:
    name = f"claim_changes_by_{name}"
    insert = f"INSERT INTO claim_changes (claim_id) {select};"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {insert} END")
        return
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {insert} RETURN NULL; END $$")
    op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
