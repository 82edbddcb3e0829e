"""bmdal: `select_batch` on linear features, and k-means++ on the product of two kernels for BADGE."""

import numpy as np
import torch
from bmdal_reg.bmdal.algorithms import select_batch
from bmdal_reg.bmdal.feature_data import ListFeatureData, TensorFeatureData
from bmdal_reg.bmdal.feature_maps import IdentityFeatureMap, ProductFeatureMap
from bmdal_reg.bmdal.features import Features
from bmdal_reg.bmdal.selection import KmeansppSelectionMethod

from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call


def kcenter(x: Inputs, case: Case) -> Call:
    pool, known = TensorFeatureData(torch.from_numpy(x.embeddings)), TensorFeatureData(torch.from_numpy(x.known))
    return lambda: select_batch(
        batch_size=case.k,
        models=[torch.nn.Identity()],
        data={"train": known, "pool": pool},
        y_train=None,
        base_kernel="linear",
        kernel_transforms=[],
        selection_method="maxdist",
        sel_with_train=True,
        verbosity=0,
    )[0].numpy()


def badge(x: Inputs, case: Case) -> Call:
    """Its own features of the last layer are for one output; the gradient of C is the product of these two."""
    probs, rows = torch.from_numpy(x.probs), torch.from_numpy(x.embeddings)
    np.random.seed(0)  # noqa: NPY002 (what it draws its first pick from)
    torch.manual_seed(0)

    def call() -> np.ndarray:
        residual = probs.clone()
        residual[torch.arange(len(residual)), probs.argmax(1)] -= 1
        both = ProductFeatureMap([IdentityFeatureMap(probs.shape[1]), IdentityFeatureMap(rows.shape[1])])
        data = ListFeatureData([TensorFeatureData(residual), TensorFeatureData(rows)])
        features = Features(both, data).precompute()
        nothing = features  # asked for, and unused without the training set
        return KmeansppSelectionMethod(features, nothing, sel_with_train=False, verbosity=0).select(case.k).numpy()

    return call
