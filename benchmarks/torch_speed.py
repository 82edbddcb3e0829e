"""Images a second of a ResNet-18 that learns and is asked by the torch learner, as a ratio to the plain PyTorch loop.

OMP_NUM_THREADS=1 python benchmarks/torch_speed.py --images 64 --side 32
python benchmarks/torch_speed.py --device cuda --images 4096 --batch 256 --precision bf16

Both loops see the same bytes of photos, the same batches and the same optimiser.  The plain one is what a person would
write: channels last, numbers made of bytes, forward, loss, backward, step; it does not judge.
Ratios above 1 mean that the learner is faster.  The card's own rate is that of a large matrix product.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from time import perf_counter

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askance.learners.torch.batches import Data, Feeding, in_order, shuffled
from askance.learners.torch.devices import placed
from askance.learners.torch.forward import AT_ONCE, HALVES
from askance.learners.torch.scoring import Scorer
from askance.learners.torch.settings import Settings
from askance.learners.torch.training import Trainer

CLASSES = 10


class Block(nn.Module):
    """Two convolutions and a way past them."""

    def __init__(self, inside: int, outside: int, stride: int):
        super().__init__()
        self.first = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(outside) for _ in range(2))
        self.past = nn.Identity() if stride == 1 and inside == outside else nn.Conv2d(inside, outside, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.relu(self.norms[0](self.first(x)))
        return functional.relu(self.norms[1](self.second(y)) + self.past(x))


def resnet18(side: int) -> nn.Sequential:
    """He et al. 2016 with four stages of two blocks; photos of under 100 pixels begin without the large stem."""
    stem = (
        [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
        if side < 100
        else [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    )
    widths, stages = (64, 64, 128, 256, 512), []
    for n in range(4):
        stages += [Block(widths[n], widths[n + 1], 1 if n == 0 else 2), Block(widths[n + 1], widths[n + 1], 1)]
    return nn.Sequential(*stem, *stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, CLASSES))


def seconds(run: Callable[[], object], device: torch.device, times: int) -> float:
    """The least of `times` runs after one that does not count."""
    taken = []
    for _ in range(times + 1):
        began = perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize()
        taken.append(perf_counter() - began)
    return min(taken[1:])


def plain(net: nn.Module, data: Data, feed: Feeding, batch: int, precision: str) -> Callable[[], None]:
    """One epoch as anybody would write it."""
    mover = torch.optim.AdamW(net.parameters(), 1e-3, fused=True)
    rng = np.random.default_rng(0)

    def epoch() -> None:
        net.train()
        for rows in map(torch.from_numpy, shuffled(len(data), batch, rng)):
            x, y = feed(data.x[rows]), data.y[rows].to(feed.device)
            with torch.autocast(feed.device.type, HALVES.get(precision, torch.bfloat16), enabled=precision in HALVES):
                logits = net(x)
            loss = functional.cross_entropy(logits.float(), y)
            mover.zero_grad()
            loss.backward()
            mover.step()

    return epoch


def plain_scores(net: nn.Module, data: Data, feed: Feeding, precision: str) -> Callable[[], None]:
    def score() -> None:
        net.eval()
        with torch.inference_mode():
            for x in in_order(data.x, AT_ONCE):
                half = HALVES.get(precision, torch.bfloat16)
                with torch.autocast(feed.device.type, half, enabled=precision in HALVES):
                    net(feed(x)).float().softmax(1).cpu()

    return score


def measured(side: int, args: Namespace) -> list[str]:
    """A row of the table: images a second of the plain loop and of the learner, and their ratio, twice."""
    device = torch.device(args.device)
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.integers(0, 256, (args.images, side, side, 3), dtype=np.uint8))
    data = Data(x, torch.from_numpy(rng.integers(0, CLASSES, args.images)))
    feed = Feeding(device, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    plan = Settings(size=side, epochs=1, batch=args.batch, augment=args.augment, precision=args.precision)
    nets = [placed(resnet18(side), device) for _ in range(2)]
    scorer = Scorer(nets[1].eval(), feed, args.precision, CLASSES, 0, 1)
    runs = (
        plain(nets[0], data, feed, args.batch, args.precision),
        lambda: Trainer(nets[1], plan, feed, 0).fit(data, None),
        plain_scores(nets[0], data, feed, args.precision),
        lambda: scorer(x, frozenset({"probs", "embeddings"})),
    )
    rates = [args.images / seconds(run, device, args.times) for run in runs]
    train, ask = rates[1] / rates[0], rates[3] / rates[2]
    pairs = ((rates[0], rates[1], train), (rates[2], rates[3], ask))
    return [str(side), *(word for a, b, ratio in pairs for word in (f"{a:.1f}", f"{b:.1f}", f"{ratio:.2f}"))]


def matrix_rate(device: torch.device, precision: str) -> float:
    """10^12 operations a second of one large product."""
    n = 8192 if device.type == "cuda" else 1024
    a = torch.rand(n, n, device=device, dtype=HALVES.get(precision, torch.float32))
    return 2 * n**3 / seconds(lambda: a @ a, device, 5) / 1e12


def main() -> None:
    parser = ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--side", type=int, nargs="+", default=[32, 224])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16", "f16"])
    parser.add_argument("--augment", action="store_true", help="flips and shifts in the learner's loop alone")
    parser.add_argument("--times", type=int, default=2)
    args = parser.parse_args()
    device = torch.device(args.device)
    card = torch.cuda.get_device_name() if device.type == "cuda" else torch.backends.cpu.get_cpu_capability()
    print(f"torch {torch.__version__}, {card}, {torch.get_num_threads()} threads, {args.precision}, batch {args.batch}")
    print(f"one matrix product: {matrix_rate(device, args.precision):.2f} Tflop/s")
    print("| side | plain: train | learner: train | ratio | plain: ask | learner: ask | ratio |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for side in args.side:
        print(f"| {' | '.join(measured(side, args))} |", flush=True)


if __name__ == "__main__":
    main()
