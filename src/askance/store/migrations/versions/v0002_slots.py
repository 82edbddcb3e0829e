"""A question has a slot for each answer that is wanted; reviews, gold, remarks and the keys of clients.

Everything but the log and the lock is folded from the log, so these tables are made anew and the log is replayed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("campaign", "round", "task", "lease", "label", "unreadable"):
        op.drop_table(name)
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
        "pick",
        sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("utility", sa.Float, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
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
        sa.Column("guesses", sa.Text),
    )
    op.create_index("task_state", "task", ["state"])
    op.create_table(
        "slot",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("who", sa.Text),
        sa.Column("until", sa.Float),
        sa.Column("seq", sa.Integer),
        sa.Column("reason", sa.Text),
    )
    op.create_index("slot_next", "slot", ["state", "round", "rank", "n"])
    op.create_index("slot_who", "slot", ["who", "state", "round", "rank"])
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
        sa.Column("more", sa.Text),
    )
    counted = sa.text("counted")
    op.create_index("label_counted", "label", ["sample"], sqlite_where=counted, postgresql_where=counted)
    op.create_index("label_who", "label", ["who", "seq"])
    op.create_table(
        "verdict",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
    )
    op.create_table(
        "gold",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "remark",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("flagged", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "said",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("sample", sa.String(16), nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
    )
    op.create_table(
        "unreadable",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("why", sa.Text, nullable=False),
    )
