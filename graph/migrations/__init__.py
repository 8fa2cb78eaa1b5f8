"""Alembic's folder: one script a schema change, in `versions/`; `migrate` runs them on an open connection."""
