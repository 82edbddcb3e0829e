"""The labels of a campaign, looked at by a model that has not seen them.  Floor 5."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from askance.audit import Audit, audit
from askance.campaign.plan import as_ids
from askance.errors import BadLabel
from askance.labels.text import CLASS
from askance.learners.out_of_fold import out_of_fold

if TYPE_CHECKING:
    from askance.campaign.campaign import Campaign


@dataclass(frozen=True)
class Audited:
    """names {id: what a person calls the sample}, of the issues; left {id: why} of labels that could not be judged."""

    audit: Audit
    names: dict[int, str]
    left: dict[int, str]


def audited(campaign: "Campaign", *, method: str = "class", seed: int = 0) -> Audited:
    """Fits the campaign's own learner on four fifths of the labels and asks it about the rest, five times.

    It changes nothing in the campaign: labels that are wrong are for people to correct.  `campaign.learner` is fitted
    anew, so `campaign.model()` is to be asked for again afterwards.
    """
    if campaign.label_kind.name != CLASS:
        raise BadLabel(
            "an audit is of labels that are classes: it asks how likely each is, and numbers have no such odds"
        )
    told = campaign.labels()
    ids = as_ids(told)
    ids = ids[np.isin(ids, campaign.pool.ids)]
    if len(ids) < 2:
        raise BadLabel(f"the campaign has {len(ids)} labels; an audit holds each against a model of the others")
    known = {i: told[i] for i in ids.tolist()}
    judged = out_of_fold(campaign.learner, campaign.pool.take(ids), list(known.values()), seed=seed)
    found = audit(known, judged.probs, judged.classes, ids=judged.ids, method=method)
    wanted = np.array([issue.id for issue in found.issues], np.uint64)
    names = campaign.pool.take(wanted).names.tolist() if len(wanted) else []
    left = judged.left | dict.fromkeys(told.keys() - known.keys(), "it is no longer in the pool")
    return Audited(found, dict(zip(wanted.tolist(), map(str, names), strict=True)), left)
