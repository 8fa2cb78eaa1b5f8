"""What Alembic runs for each command: it works on the connection that `migrate.to_head` hands over."""

from __future__ import annotations

from alembic import context

from graph import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
