"""Slots of gold questions, what people said to them, and what the newest model says of them.

Everything but the log and the lock is folded from the log, so these tables are made anew and the log is replayed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("slot", "label", "gold"):
        op.drop_table(name)
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
        sa.Column("gold", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("slot_next", "slot", ["state", "round", "rank", "n"])
    op.create_index("slot_who", "slot", ["who", "state", "round", "rank"])
    op.create_table(
        "label",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("more", sa.Text),
        sa.Column("gold", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    counted = sa.text("counted")
    op.create_index("label_counted", "label", ["sample"], sqlite_where=counted, postgresql_where=counted)
    op.create_index("label_who", "label", ["who", "seq"])
    op.create_table(
        "gold",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("guesses", sa.Text),
    )
    op.create_table(
        "tested",
        sa.Column("sample", sa.String(16), primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
