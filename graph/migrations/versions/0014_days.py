"""What is counted of each day, and a log of the days that are to be counted again.

As with `claim_changes` the log is kept by triggers and only grows by rows of its own, so that two writers never wait
on each other, and no change is lost that comes while a day is counted. A day's rows come in by the hundred: SQLite, of
which one writes at a time, notes a day that is noted already no second time; PostgreSQL notes the days of a statement.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graph.schema import Id

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_LISTS = ("outlets", "articles", "wire", "sources", "topics", "about", "citations")
_DAY = {"sqlite": "substr({at}, 1, 10)", "postgresql": "to_char(timezone('UTC', {at}), 'YYYY-MM-DD')"}
_OF_VERSIONS = "SELECT coalesce(v.published_at, v.first_seen_at) AS at FROM article_versions v WHERE v.id IN ({ids})"
_OF_ENTITIES = _OF_VERSIONS.format(
    ids="SELECT a.version_id FROM attributions a WHERE a.source_entity_id IN ({ids}) UNION SELECT a.version_id "
    "FROM attribution_about b JOIN attributions a ON a.id = b.attribution_id WHERE b.entity_id IN ({ids})"
)


def upgrade() -> None:
    op.create_table(
        "day_figures",
        sa.Column("day", sa.Text(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in _LISTS),
        sa.PrimaryKeyConstraint("day", name="pk_day_figures"),
    )
    op.create_table(
        "entity_figures",
        sa.Column("entity_id", Id, nullable=False, autoincrement=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("about", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name="pk_entity_figures"),
    )
    op.create_index("ix_entity_figures_said", "entity_figures", ["said"])
    op.create_table(
        "day_changes",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("day", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_day_changes"),
    )
    op.create_index("ix_day_changes_day", "day_changes", ["day"])
    day = _DAY[op.get_bind().dialect.name].format(at="at")
    op.execute(f"INSERT INTO day_changes (day) SELECT DISTINCT {day} FROM attribution_times")  # noqa: S608  all ours
    for table, event, rows, times in _triggers():
        _create_trigger(table, event, rows, times)


def _triggers() -> list[tuple[str, str, str, str]]:
    """Table, event, OLD or NEW, and what gives the times whose days change."""
    return [
        ("attribution_times", "INSERT", "NEW", "SELECT {at}"),
        ("attribution_times", "DELETE", "OLD", "SELECT {at}"),
        ("attribution_times", "UPDATE", "NEW", "SELECT {at}"),
        ("derivations", "INSERT", "NEW", _OF_VERSIONS.format(ids="SELECT {version_id}")),
        ("derivations", "DELETE", "OLD", _OF_VERSIONS.format(ids="SELECT {version_id}")),
        ("entities", "UPDATE", "NEW", _OF_ENTITIES.format(ids="SELECT {id}")),
    ]


def _create_trigger(table: str, event: str, rows: str, times: str) -> None:
    name = f"day_changes_by_{table}_{event.lower()}"
    columns = {column: column for column in ("at", "version_id", "id")}
    if op.get_bind().dialect.name == "sqlite":
        of = " OF canonical_id" if table == "entities" else ""
        found = times.format(**{column: f"{rows}.{column} AS {column}" for column in columns})
        day = _DAY["sqlite"].format(at="at")
        note = (
            f"INSERT INTO day_changes (day) SELECT DISTINCT {day} FROM ({found}) "  # noqa: S608  all ours
            f"WHERE NOT EXISTS (SELECT 1 FROM day_changes c WHERE c.day = {day})"
        )
        op.execute(f"CREATE TRIGGER {name} AFTER {event}{of} ON {table} BEGIN {note}; END")
        return
    # The rows of a statement at once. PostgreSQL takes no list of columns here.
    found = times.format(**{column: f"{column} FROM changed" for column in columns})
    if table == "entities":
        moved = (
            "SELECT changed.id FROM changed JOIN before USING (id) WHERE changed.canonical_id <> before.canonical_id"
        )
        found = _OF_ENTITIES.format(ids=moved)
    day = _DAY["postgresql"].format(at="found.at")
    before = " OLD TABLE AS before" if table == "entities" else ""
    note = f"INSERT INTO day_changes (day) SELECT DISTINCT {day} FROM ({found}) AS found"  # noqa: S608  all ours
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {note}; RETURN NULL; END $$")
    op.execute(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed{before} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")
