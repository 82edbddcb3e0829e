"""A campaign over the texts that were recorded."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded import TEXTS

from askance.campaign import Campaign, Config, PoolConfig

OTHERS = [f"{a} {b} n{n}" for n in range(7) for a, b in (("war", "treaty"), ("goal", "match"))]


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Campaign]:
    (tmp_path / "news.csv").write_text("body\n" + "".join(f"{t}\n" for t in [*TEXTS, *OTHERS]), "utf-8")
    config = Config(
        PoolConfig(str(tmp_path / "news.csv"), text="body"),
        classes=("World", "Sport"),
        learner="tfidf",
        warmup=8,
        batch=4,
    )
    campaign = Campaign.create(tmp_path / "news.askance", config)
    campaign.step()
    yield campaign
    campaign.close()
