"""Which strategies are run on which set, what a person says of a stray there, and how long a campaign is."""

SEEDS = range(10)
WARMUP, BATCH, BUDGET = 40, 20, 300
NONE = "none of these"

GATED = "typical | gate(share=0.1) | "
STRATEGIES = {
    "random": "random",
    "entropy": "entropy",
    "margin": "margin",
    "dbal": "dbal",
    "information density": "information_density",
    "gated entropy": GATED + "entropy",
    "gated margin": GATED + "margin",
    "gated dbal": GATED + "dbal",
    "entropy * typical": "entropy * typical",
    "entropy, gate: crowded": "crowded | gate(share=0.1) | entropy",
    "entropy, gate: mahalanobis": "mahalanobis | gate(share=0.1) | entropy",
    "entropy, gate: familiar": "familiar | gate(share=0.1) | entropy",
    "margin * near_errors": "margin * near_errors",
    "gated margin * near_errors": GATED + "margin * near_errors",
}
NAMED = {
    "random": "random",
    "entropy": "entropy",
    "gated entropy": GATED + "entropy",
    "entropy, gate: mahalanobis": f"mahalanobis(exclude='{NONE}') | gate(share=0.1) | entropy",
    "entropy, gate: familiar": f"familiar(exclude='{NONE}') | gate(share=0.1) | entropy",
    "entropy, gate: belongs": f"belongs(exclude='{NONE}') | gate(share=0.1) | entropy",
    "entropy * belongs": f"entropy * belongs(exclude='{NONE}')",
}
PHOTOS = {
    **{name: STRATEGIES[name] for name in ("random", "entropy", "margin", "dbal", "gated entropy", "gated margin")},
    "entropy, gate: typical, unit": "unit_length | " + GATED + "entropy",
    "entropy, gate: crowded": "crowded | gate(share=0.1) | entropy",
    "entropy, gate: familiar": "familiar | gate(share=0.1) | entropy",
    "entropy, gate: mahalanobis": "mahalanobis | gate(share=0.1) | entropy",
    "entropy, gate: mahalanobis, unit": "mahalanobis(unit=True) | gate(share=0.1) | entropy",
}
EXCLUDED = {
    **NAMED,
    "entropy, gate: typical, unit": PHOTOS["entropy, gate: typical, unit"],
    "entropy, gate: mahalanobis, unit": f"mahalanobis(exclude='{NONE}', unit=True) | gate(share=0.1) | entropy",
}
FEW = {name: STRATEGIES[name] for name in ("random", "entropy", "margin", "gated entropy", "gated margin")}
BASE = {n: n.replace("gated ", "").split(",")[0].split(" * ")[0] for n in (*STRATEGIES, *PHOTOS, *EXCLUDED)}
BASE |= {"gated margin * near_errors": "margin * near_errors"}

PLAN = (
    ("tweets", "labelled", STRATEGIES),
    ("tweets", "skipped", FEW),
    ("hate", "labelled", FEW),
    ("photos", "skipped", PHOTOS),
    ("photos", "named", EXCLUDED),
)
UNEVEN = {"hate"}  # balanced accuracy is the measure
