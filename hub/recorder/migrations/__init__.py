"""Versions of the schema, forward and back; alembic runs them, and is imported only when one is due."""
