"""What Prometheus is told: a reading of each campaign at the moment that it asks.  Floor 6."""

from typing import Any

from askance.campaign import reading
from askance.server.hall import Hall


def registry(hall: Hall, version: str) -> Any:
    from prometheus_client import CollectorRegistry, Gauge

    found = CollectorRegistry()
    Gauge("askance_info", "Version", ["version"], registry=found).labels(version).set(1)
    labels = Gauge("askance_labels", "Samples with an answer that counts", ["campaign"], registry=found)
    questions = Gauge("askance_questions", "Questions by state", ["campaign", "state"], registry=found)
    training = Gauge("askance_training", "1 while a model is being fitted", ["campaign"], registry=found)
    for name in hall.names():
        desk = hall.desk(name)
        with desk.store.reading() as db:
            counts = reading.counts(db)
        labels.labels(name).set(counts["labels"])
        for state in ("pending", "leased", "skipped"):
            questions.labels(name, state).set(counts[state])
        training.labels(name).set(desk.training())
    return found
