"""Where a campaign's books may lie beside a file: a schema of a PostgreSQL server.  Floor 4."""

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from askance.errors import BadConfig, MissingExtra

FROM_ENVIRONMENT = "env:"
NAMES = ("postgresql", "postgres")


def server_url(given: str) -> URL:
    """postgresql://USER:PASSWORD@HOST/NAME, or env:VARIABLE that holds one, as SQLAlchemy takes it.

    What is not a PostgreSQL URL is a BadConfig; without psycopg it is a MissingExtra.
    """
    said = given
    if given.startswith(FROM_ENVIRONMENT):
        name = given.removeprefix(FROM_ENVIRONMENT)
        said = os.environ.get(name, "")
        if not said:
            raise BadConfig(f"the database is {given}, and there is no environment variable {name}")
    try:
        url = make_url(said)
    except ArgumentError:
        raise BadConfig("the database must look like postgresql://user:password@host/name, or env:VARIABLE") from None
    if url.get_backend_name() not in NAMES:
        raise BadConfig(
            f"the database is of the kind {url.get_backend_name()}; a campaign lies in a file of its folder, or on "
            "PostgreSQL: postgresql://user:password@host/name"
        )
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtra("PostgreSQL needs psycopg; install it with: pip install 'askance[postgres]'") from None
    return url.set(drivername="postgresql+psycopg")


def in_schema(given: str, schema: str) -> str:
    """The URL of the store of one campaign: a server may hold many, each in a schema of its own."""
    url = server_url(given).update_query_dict({"options": f"-csearch_path={schema}"})
    return url.render_as_string(hide_password=False)


@contextmanager
def new_schema(given: str, name: str) -> Iterator[str]:
    """A schema for the campaign `name`, there when the block begins and gone when it fails."""
    schema = f"askance_{re.sub('[^a-z0-9]+', '_', name.lower())[:32]}_{uuid.uuid4().hex[:8]}"
    engine = create_engine(server_url(given))
    try:
        try:
            with engine.begin() as db:
                db.execute(text(f'CREATE SCHEMA "{schema}"'))
        except DBAPIError as e:
            why = str(e.orig).splitlines()[0]
            raise BadConfig(f"no campaign can be made on this PostgreSQL server: {why}") from None
        try:
            yield schema
        except BaseException:
            with engine.begin() as db:
                db.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
            raise
    finally:
        engine.dispose()
