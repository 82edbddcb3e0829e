"""What Prometheus is told: how requests went, and a reading of each campaign at the moment that it asks.  Floor 6."""

from functools import cached_property
from typing import Any

from askance.campaign import reading
from askance.server.hall import Hall

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # upper ends of the counts


class Requests:
    """How long requests took, by route, method and status, since the server began."""

    @cached_property
    def _found(self) -> tuple[Any, Any]:
        """prometheus_client is imported with the first request, and not before there is a server."""
        from prometheus_client import CollectorRegistry, Histogram

        kept = CollectorRegistry()
        names = ["route", "method", "status"]
        took = Histogram("askance_request_seconds", "Time of a request", names, registry=kept, buckets=SECONDS)
        return kept, took

    def add(self, route: str, method: str, status: int, seconds: float) -> None:
        self._found[1].labels(route, method, str(status)).observe(seconds)

    def text(self) -> bytes:
        from prometheus_client import generate_latest

        return generate_latest(self._found[0])


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
