"""Brings a database to this version's schema.  Floor 4."""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select, table
from sqlalchemy.sql import column

from askance.errors import BadCampaign
from askance.store.schema import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

NAMES = "alembic_version"


def revision_of(connection: Connection) -> str | None:
    """The revision that the database is at; None when it has no schema yet."""
    if not inspect(connection).has_table(NAMES):
        return None
    found: str | None = connection.execute(select(column("version_num")).select_from(table(NAMES))).scalar()
    return found


def upgrade(connection: Connection, what: str) -> None:
    """In the caller's transaction, so that a crash leaves the old schema or the new one."""
    found = revision_of(connection)
    if found == REVISION:
        return
    if found is None and inspect(connection).get_table_names():
        raise BadCampaign(f"{what} is no campaign: its database was made by another program")
    if found is not None and found not in known_revisions():
        raise BadCampaign(
            f"{what} was made by a newer Askance (its data is at revision {found}, this one knows {REVISION}); "
            "upgrade askance"
        )
    _run(connection)


def known_revisions() -> list[str]:
    """Oldest first."""
    from alembic.script import ScriptDirectory

    found = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in found][::-1]


def _run(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("askance.store") / "migrations").replace("%", "%%"))
    return config
