"""What polling has to remember: gaps, moves, lying validators, a history; and the versions of feed entries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from graph.schema import Id, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _feed_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("due_reason", sa.Text(), nullable=False, server_default="new"),
        sa.Column("full_fetch_at", UtcDateTime()),
        sa.Column("has_lying_validator", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("listed_at", UtcDateTime()),
        sa.Column("gaps", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("last_gap_at", UtcDateTime()),
        sa.Column("moved_to", sa.Text()),
        sa.Column("redirect_url", sa.Text()),
        sa.Column("redirect_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("redirect_since", UtcDateTime()),
        sa.Column("gone_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("gone_since", UtcDateTime()),
    )


def _entry_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("url_key", sa.Text()),
        sa.Column("digest", sa.Text()),
        sa.Column("listed_at", UtcDateTime()),
        sa.Column("versions", sa.Integer(), nullable=False, server_default="1"),
    )


def upgrade() -> None:
    for column in _feed_columns():
        op.add_column("feeds", column)
    for column in _entry_columns():
        op.add_column("feed_entries", column)
    op.create_index("ix_feed_entries_feed_id_url_key", "feed_entries", ["feed_id", "url_key"])
    _create_polls()
    _create_entry_versions()


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the store from before the upgrade instead")


def _create_polls() -> None:
    op.create_table(
        "polls",
        sa.Column("feed_id", Id, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("is_gap", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_polls_feed_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "at", name="pk_polls"),
    )


def _create_entry_versions() -> None:
    op.create_table(
        "entry_versions",
        sa.Column("id", Id, nullable=False, autoincrement=False),
        sa.Column("entry_key", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_key"], ["feed_entries.id"], name="fk_entry_versions_entry_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entry_versions"),
    )
    op.create_index("ix_entry_versions_entry_key", "entry_versions", ["entry_key"])
