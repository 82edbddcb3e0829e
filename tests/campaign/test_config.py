from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.campaign import Config, PoolConfig, from_text, read_config
from askance.campaign.config import from_mapping
from askance.errors import AskanceError, BadConfig

words = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)
names = st.text("abcdefgäß日-_ 1", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(
    pool=st.builds(PoolConfig, words, words, words, st.lists(words, max_size=3).map(tuple), words, words, words),
    classes=st.lists(names, max_size=4, unique=True).map(tuple),
    learner=words,
    batch=st.integers(1, 10**6),
    budget=st.none() | st.integers(1, 10**9),
    seed=st.integers(0, 2**32 - 1),
    validation=st.floats(0, 0.4),
    strict=st.booleans(),
)
def test_a_configuration_reads_back_from_what_it_writes(**settings: Any) -> None:
    config = Config(**settings)
    assert from_text(config.text()) == config


def test_it_is_read_from_yaml_as_from_toml(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("pool = 'photos'\nclasses = ['cat', 'dog']\nbudget = 9\nstrategy = 'entropy'\n")
    (tmp_path / "c.yaml").write_text("pool: photos\nclasses: [cat, dog]\nbudget: 9\nstrategy: entropy\n")
    config = read_config(tmp_path / "c.toml")
    assert config == read_config(tmp_path / "c.yaml")
    assert config.pool.source == str(tmp_path / "photos"), "relative to the file, not to where one stands"
    assert config.classes == ("cat", "dog")


def test_urls_are_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("pool = 's3://bucket/photos'\n")
    assert read_config(tmp_path / "c.toml").pool.source == "s3://bucket/photos"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"batchsize": 3}, "no key 'batchsize'; did you mean 'batch'"),
        ({"zzz": 3}, "no key 'zzz'; there are pool, labels, classes"),
        ({"pool": {"txt": "a"}}, "no key 'pool.txt'; did you mean 'text'"),
        ({"pool": 3}, "pool must be a path"),
        ({"pool": {"source": 3}}, "pool.source must be text, not 3"),
        ({"batch": "20"}, "batch must be a whole number, not '20'"),
        ({"batch": True}, "batch must be a whole number, not True"),
        ({"batch": 0}, "batch must be 1 or more, not 0"),
        ({"batch": 2.5}, "batch must be a whole number"),
        ({"budget": 0}, "budget must be 1 or more"),
        ({"strict": 1}, "strict must be true or false"),
        ({"classes": "cat"}, "classes must be a list of texts"),
        ({"classes": ["cat", 3]}, "classes must be a list of texts"),
        ({"classes": ["cat", "cat"]}, "classes names 'cat' twice"),
        ({"classes": ["cat "]}, "classes: the class name 'cat '"),
        ({"validation": 1.5}, "validation must be from 0 to below 1"),
        ({"validation": float("nan")}, "validation must be from 0 to below 1"),
        ({"validation": 0.6, "test": 0.5}, "leave nothing to learn from"),
        ({"seed": -1}, "seed must be from 0 to below 4294967296"),
        ({"strategy": "margn"}, "no strategy is named 'margn'; did you mean 'margin'"),
        ({"warmup_strategy": "randm"}, "did you mean 'random'"),
        ({"stop": "budge"}, "did you mean 'budget'"),
    ],
)
def test_what_is_wrong_names_its_key_and_what_would_be_right(data: dict[str, Any], said: str) -> None:
    with pytest.raises(AskanceError, match=said.replace("(", r"\(")):
        from_mapping(data)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("batch = = 3")
    (tmp_path / "c.yaml").write_text("batch: [3")
    (tmp_path / "d.yaml").write_text("- 3")
    for name, said in [
        ("c.toml", "as TOML"),
        ("c.yaml", "as YAML"),
        ("d.yaml", "keys and values"),
        ("e.toml", "No such"),
    ]:
        with pytest.raises(BadConfig, match=rf"{name}.*{said}"):
            read_config(tmp_path / name)


def test_a_setting_left_out_has_its_default() -> None:
    assert from_text("") == Config()
    assert "budget" not in Config().text()
    assert replace(Config(), budget=7).plain()["budget"] == 7


def test_the_documentation_has_every_setting_with_its_default_and_meaning() -> None:
    import tomllib
    from dataclasses import fields

    page = (Path(__file__).parents[2] / "docs" / "campaigns.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    told = {key.strip("`"): (default.strip("`"), help) for key, default, help in (r for r in rows if len(r) == 3)}
    mine = {f.name: f for f in fields(Config)} | {f"pool.{f.name}": f for f in fields(PoolConfig)}
    assert told.keys() == mine.keys()
    for key, f in mine.items():
        default, help = told[key]
        if key != "pool":
            assert help == f.metadata["help"]
        if default:
            value = tomllib.loads(f"x = {default}")["x"]
            assert (tuple(value) if isinstance(value, list) else value) == f.default
