"""The tables.  `event` is the truth; all others but `lock` are folded from it and can be made again.  Floor 4.

Sample ids are uint64 and SQL integers are signed, so a sample is its 16 hexadecimal digits.
"""

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, false, text

REVISION = "0003"  # the newest migration in `migrations/versions`

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

# What each round chose, whatever has become of it since.
pick = Table(
    "pick",
    metadata,
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("sample", String(16), primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("utility", Float, nullable=False),
    Column("why", Text, nullable=False),
)

# One question.  A sample is asked about once, so it is the key; of how many people, its slots say.
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
    Column("state", String(10), nullable=False),  # open while a slot is; then done | skipped | withdrawn
    Column("guesses", Text),  # JSON: [[class, probability]], what the model thought when it chose this, likeliest first
    Index("task_state", "state"),
)

# One answer that is wanted: a question to two people has two, n = 0 and 1.  Nobody has two of one question.
slot = Table(
    "slot",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("round", Integer, nullable=False),  # as in task: the order in which they are served
    Column("rank", Integer, nullable=False),
    Column("state", String(10), nullable=False),  # open | leased | done | skipped | withdrawn
    Column("who", Text),  # who holds it, or answered or skipped it
    Column("until", Float),  # when the lease runs out
    Column("seq", Integer),  # the event that skipped it
    Column("reason", Text),  # why it was skipped
    Column("gold", Boolean, nullable=False, server_default=false()),  # no answer is wanted: it tests who gives it
    Index("slot_next", "state", "round", "rank", "n"),
    Index("slot_who", "who", "state", "round", "rank"),
)

# Who was ever handed what: a late answer is taken from these only.
lease = Table(
    "lease",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("who", Text, primary_key=True),
)

# Everybody's latest answer to each sample.  One a slot counts; a late one is kept beside it.
label = Table(
    "label",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("at", Float, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("more", Text),  # JSON: how it came about, such as how long it took and what was suggested
    Column("gold", Boolean, nullable=False, server_default=false()),  # to a gold question: it never counts
    Index("label_counted", "sample", sqlite_where=text("counted"), postgresql_where=text("counted")),
    Index("label_who", "who", "seq"),
)

# What a reviewer has decided: it stands above all answers.
verdict = Table(
    "verdict",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("value", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("seq", Integer, nullable=False),
)

# Questions whose answer is known, put among the others to see how people do.  Answers to them are never learned from.
gold = Table(
    "gold",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("value", Text, nullable=False),
    Column("who", Text, nullable=False),  # who said so: they are not asked
    Column("name", Text, nullable=False),
    Column("guesses", Text),  # as in task, by the newest model
)

# How people did on them.  Where they are told at once, it is their first answer that is kept.
tested = Table(
    "tested",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Float, nullable=False),
)

# What people say about a sample besides its label.
remark = Table(
    "remark",
    metadata,
    Column("sample", String(16), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("flagged", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Float, nullable=False),
)

# The keys that clients gave their answers: the same key again is the same answer, and does nothing.
said = Table(
    "said",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("who", Text, nullable=False),
    Column("sample", String(16), nullable=False),
    Column("counted", Boolean, nullable=False),
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

FOLDED = (campaign, round_, pick, task, slot, lease, label, verdict, gold, tested, remark, said, unreadable)
