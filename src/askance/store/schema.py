"""The tables.  `event` is the truth; all others but `lock` are folded from it and can be made again.  Floor 4.

Sample ids are uint64 and SQL integers are signed, so a sample is its 16 hexadecimal digits.
"""

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, text

REVISION = "0001"  # the newest migration in `migrations/versions`

metadata = MetaData()

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),  # seconds since 1970, UTC
    Column("kind", String(20), nullable=False),
    Column("who", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    sqlite_autoincrement=True,
)

# What the campaign is: its configuration, as the TOML text that recreates it.
campaign = Table(
    "campaign",
    metadata,
    Column("key", String(20), primary_key=True),
    Column("value", Text, nullable=False),
)

# One turn of the loop, as JSON (see campaign/record.py), without its picks.
round_ = Table(
    "round",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("body", Text, nullable=False),
)

# One question.  A sample is asked about once, so it is the key.
task = Table(
    "task",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("round", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("role", String(10), nullable=False),  # train | validation
    Column("name", Text, nullable=False),
    Column("utility", Float, nullable=False),
    Column("why", Text, nullable=False),
    Column("state", String(10), nullable=False),  # open | leased | done | skipped
    Column("who", Text),  # who holds it, or answered or skipped it
    Column("until", Float),  # when the lease runs out
    Column("seq", Integer),  # the event that skipped it
    Column("reason", Text),  # why it was skipped
    Index("task_next", "state", "round", "rank"),
)

# Who was ever handed what: a late answer is taken from these only.
lease = Table(
    "lease",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("who", Text, primary_key=True),
)

# Everybody's latest answer to each sample.  One a sample counts; a late one is kept beside it.
label = Table(
    "label",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("at", Float, nullable=False),
    Column("seq", Integer, nullable=False),
    Index("label_counted", "sample", unique=True, sqlite_where=text("counted"), postgresql_where=text("counted")),
    Index("label_who", "who", "seq"),
)

unreadable = Table(
    "unreadable",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("why", Text, nullable=False),
)

# Who is stepping the campaign.  Not history: it is never folded.
lock = Table(
    "lock",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("token", String(32), nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("until", Float, nullable=False),
)

FOLDED = (campaign, round_, task, lease, label, unreadable)
