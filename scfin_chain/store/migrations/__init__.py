"""How the tables changed from release to release, as Alembic reads it."""
