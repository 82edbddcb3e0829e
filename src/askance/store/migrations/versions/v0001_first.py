"""The first schema: the event log, the tables folded from it, and the lock."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "campaign",
        sa.Column("key", sa.String(20), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "round",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "task",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("utility", sa.Float, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("who", sa.Text),
        sa.Column("until", sa.Float),
        sa.Column("seq", sa.Integer),
        sa.Column("reason", sa.Text),
    )
    op.create_index("task_next", "task", ["state", "round", "rank"])
    op.create_table(
        "lease",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
    )
    op.create_table(
        "label",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
    )
    counted = sa.text("counted")
    op.create_index("label_counted", "label", ["sample"], unique=True, sqlite_where=counted, postgresql_where=counted)
    op.create_index("label_who", "label", ["who", "seq"])
    op.create_table(
        "unreadable",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "lock",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
