"""Factories of networks small enough to be trained in a test; found as torch:tiny_nets:NAME."""

import time
from collections.abc import Callable

import torch
from torch import nn

PIXELS = 16  # a side


def dense(classes: int) -> nn.Module:
    """Four features in; dropout before the last layer."""
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, classes))


def convolved(classes: int) -> nn.Module:
    """Photos in; batch normalisation, and dropout of single numbers and of whole maps."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Dropout2d(0.2),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(32, classes),
    )


def without_dropout(classes: int) -> nn.Module:
    """What a committee by dropout must refuse: noise of batch normalisation is no committee."""
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.0), nn.Linear(8, classes))


class Twice(nn.Module):
    """One dropout layer that is passed two times."""

    def __init__(self, classes: int):
        super().__init__()
        self.drop, self.first, self.last = nn.Dropout(0.5), nn.Linear(4, 4), nn.Linear(4, classes)
        self.seen: list[torch.Tensor] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen = [self.drop(torch.ones_like(x)), self.drop(torch.ones_like(x))]
        logits: torch.Tensor = self.last(self.first(x) * self.seen[0] * self.seen[1])
        return logits


def one_number(classes: int) -> nn.Module:
    return nn.Sequential(nn.Linear(4, 1), nn.Flatten(0))


def no_network(classes: int) -> int:
    return classes


class Exploding(nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        self.last = nn.Linear(4, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.last(x) / 0
        return logits


def nothing_inside(classes: int) -> nn.Module:
    """No layer before the last one."""
    return nn.Sequential(nn.Linear(4, classes))


def bent(classes: int) -> nn.Module:
    """Nothing drawn on the way: no dropout, no statistics of a batch."""
    return nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, classes))


def linear(classes: int) -> nn.Module:
    """Logistic regression: where the closed forms hold."""
    return nn.Sequential(nn.Linear(4, classes))


class Scaled(nn.Module):
    """Ends in a dense layer whose output are not the logits."""

    def __init__(self, classes: int):
        super().__init__()
        self.first, self.last = nn.Linear(4, 8), nn.Linear(8, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = 3 * self.last(self.first(x)) ** 3
        return logits


def chancy(classes: int) -> nn.Module:
    """Dropout, and statistics of a batch."""
    return nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, classes))


class Minded(nn.Module):
    """A dense layer with something to do before each step of training; `minds` is told how many samples there are."""

    def __init__(self, classes: int, minds: Callable[[int], object]):
        super().__init__()
        self.last, self.minds = nn.Linear(4, classes), minds

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.minds(len(x))
        logits: torch.Tensor = self.last(x)
        return logits


def hungry(classes: int) -> nn.Module:
    """More than 16 samples at once are too many for the memory."""

    def minds(n: int) -> None:
        if n > 16:
            raise RuntimeError("DefaultCPUAllocator: not enough memory")

    return Minded(classes, minds)


def failing(classes: int) -> nn.Module:
    """In the first of several processes it works."""

    def minds(n: int) -> None:
        if torch.distributed.is_initialized() and torch.distributed.get_rank() > 0:
            raise LookupError("only the first process can do this")

    return Minded(classes, minds)


def slow(classes: int) -> nn.Module:
    return Minded(classes, lambda n: time.sleep(0.02))
