"""Alembic migrations, run by `store.migrate`; they ship inside the package."""
