"""Every option of `askance new` reaches the configuration under the name that it has there."""

from dataclasses import fields
from inspect import signature

from askance.campaign import Config
from askance.cli.new import CAMPAIGN, POOL, command


def test_the_tables_name_options_and_settings_that_there_are() -> None:
    assert set(CAMPAIGN) <= {f.name for f in fields(Config)}
    assert set(POOL) == {f.name for f in fields(Config().pool)}


def test_no_option_is_left_out() -> None:
    others = {"name", "config", "annotations", "format", "database", "as_json"}
    assert set(signature(command).parameters) == {*CAMPAIGN, *POOL.values(), *others}
