"""How many photos a second the cats-and-dogs CNN learns from and scores: precision, memory layout and batch size.

OMP_NUM_THREADS=1 python benchmarks/cnn_speed.py
"""

from argparse import ArgumentParser
from collections.abc import Callable
from time import perf_counter

import torch
from torch.nn import functional

from askance.learners.torch.cnn import SIZE, cnn

LAYOUTS = {"NCHW": torch.contiguous_format, "channels last": torch.channels_last}


def rate(step: Callable[[], object], photos: int, seconds: float) -> float:
    """Photos a second, after one step that does not count."""
    step()
    began, done = perf_counter(), 0
    while perf_counter() - began < seconds:
        step()
        done += photos
    return done / (perf_counter() - began)


def measured(batch: int, layout: torch.memory_format, bf16: bool, seconds: float) -> tuple[float, float]:
    """(training, scoring) photos a second."""
    net = cnn(2).to(memory_format=layout)
    x, y = torch.rand(batch, 3, SIZE, SIZE).to(memory_format=layout), torch.arange(batch) % 2
    optimiser = torch.optim.AdamW(net.parameters(), fused=True)

    def train() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = functional.cross_entropy(net(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def score() -> None:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            net(x)

    training = rate(train, batch, seconds)
    net.eval()
    return training, rate(score, batch, seconds)


def main() -> None:
    parser = ArgumentParser(description="Photos a second of the cats-and-dogs CNN on this CPU.")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--f32", action="store_true", help="leave bfloat16 out")
    args = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads")
    print(f"{'batch':>5}  {'layout':13}  {'precision':9}  {'train/s':>7}  {'score/s':>7}")
    for batch in (16, 32, 64):
        for name, layout in LAYOUTS.items():
            for bf16 in (False,) if args.f32 else (False, True):
                training, scoring = measured(batch, layout, bf16, args.seconds)
                print(
                    f"{batch:5}  {name:13}  {'bf16' if bf16 else 'f32':9}  {training:7.0f}  {scoring:7.0f}", flush=True
                )


if __name__ == "__main__":
    main()
