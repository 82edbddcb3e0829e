"""The other libraries' own environments, made by uv, and how a process is started in one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "selection.py"
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "LOKY_MAX_CPU_COUNT"), "1"
)
# bmdal names np.Inf, which NumPy 2 has no more, and scikit-activeml needs NumPy 2.1: hence two.
WANTED = {
    "libraries": [
        ["scikit-activeml==1.0.1", "small-text==1.4.1", "modAL-python==0.4.2.1", "apricot-select==0.6.1",
         "faiss-cpu==1.15.1", "numpy==2.4.6", "scikit-learn==1.9.1"],
    ],
    "bmdal": [["torch==2.13.0", "numpy==1.26.4"], ["bmdal-reg==3.0.2", "torch==2.13.0", "numpy==1.26.4"]],
}  # fmt: skip


def set_up(work: Path) -> None:
    """Makes both environments; torch comes first, from the folder of wheels for the CPU, and may not bring CUDA."""
    os.environ.setdefault("UV_FIND_LINKS", os.environ.get("PIP_FIND_LINKS", ""))  # uv does not read pip's folder
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    for name, steps in WANTED.items():
        place = work / name
        subprocess.run([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(place)], check=True)
        for packages in steps:
            install = [uv, "pip", "install", "--quiet", "--python", str(python_of(work, name))]
            subprocess.run([*install, *packages], check=True)
        cuda = sorted(p.name for p in place.glob("lib/*/site-packages/nvidia*"))
        if cuda:
            sys.exit(f"{place} holds {cuda[0]}: give uv a folder with a build of torch for the CPU, in UV_FIND_LINKS")
        print(f"{place}: {', '.join(steps[-1])}")


def python_of(work: Path, venv: str) -> Path:
    """Of the named environment, or of the one that this runs in where the name is empty."""
    return work / venv / "bin" / "python" if venv else Path(sys.executable)


def job(python: Path, *words: str, wall: float) -> tuple[int, str]:
    """Runs `selection.py job ...` on one thread.  -> its exit status, minus a signal that ended it; its last words."""
    call, env = [str(python), str(SCRIPT), "job", *words], os.environ | ONE_THREAD
    try:
        done = subprocess.run(call, env=env, capture_output=True, text=True, timeout=wall, check=False)
    except subprocess.TimeoutExpired:
        return -9, "waited too long"
    return done.returncode, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
