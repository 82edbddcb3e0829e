"""What it takes to change a network's mind about a sample, found by gradients to the input."""

from askance.strategy import Utility, strategy


@strategy("Ducoffe & Precioso 2018, arXiv:1802.09841; Moosavi-Dezfooli et al. 2016, arXiv:1511.04599", cost="O(N)")
def deepfool(boundary) -> Utility:
    """1 / (1 + distance to the nearest boundary): `cnn?add=deepfool`.  boundary (N,) -> (N,) in (0, 1]."""
    return 1.0 / (1.0 + abs(boundary))


@strategy(
    "Kurakin, Goodfellow & Bengio 2017, arXiv:1607.02533; as a strategy: Zhan et al. 2022, 2203.13450", cost="O(N)"
)
def bim(flip) -> Utility:
    """1 / (1 + length of the change that flips the class): `cnn?add=bim`.  flip (N,) -> (N,) in (0, 1]."""
    return 1.0 / (1.0 + abs(flip))


@strategy("Zhang, Lease & Wallace 2017, arXiv:1606.04212", cost="O(N)")
def egl_input(pull) -> Utility:
    """Expected length of the loss's gradient to the input: `cnn?add=input_gradient`.  pull (N,) -> (N,) >= 0."""
    return pull
