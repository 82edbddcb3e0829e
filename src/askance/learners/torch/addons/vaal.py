"""A code that labelled and unlabelled samples share, and a judge who tries to tell them apart by it.  Floor 4."""

from typing import cast

import torch

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Place, Step, addon
from askance.learners.torch.addons.autoencoder import AutoEncoder, elbo
from askance.learners.torch.addons.told_apart import SIGNAL, Judge, fooled, judge_of, judged, quietly, told, vectors
from askance.learners.torch.caught import Look

Tensor = torch.Tensor
PLACES = ("inputs", "embeddings")


@addon("Sinha, Ebrahimi & Darrell 2019, 1904.00370")
def vaal(on: str = "inputs", latent: int = 32, beta: float = 1.0, adversary: float = 1.0) -> AddOn:
    """A variational auto-encoder and a discriminator beside the network; gives the signal `labelled_like`.

    on         inputs: what goes into the network; embeddings: what it makes of that, which is far cheaper for photos
    latent     numbers in the code
    beta       of the divergence from a normal distribution
    adversary  of the loss of not being taken for labelled

    The network learns nothing from it: with or without, its weights are the same.
    """
    if on not in PLACES or latent < 1 or beta < 0 or adversary < 0:
        raise BadLearner("vaal wants on=inputs or on=embeddings, latent of 1 or more, beta and adversary of 0 or more")

    def seen(look: Look, x: Tensor) -> Tensor:
        return x if on == "inputs" else vectors(quietly(look, x), "vaal")

    def code(part: Part, look: Look, x: Tensor) -> Tensor:
        with torch.no_grad():
            return cast(AutoEncoder, part.own).code(seen(look, x))[0]

    def build(place: Place) -> Part:
        example = place.x if on == "inputs" else vectors(place.seen, "vaal")
        return Part(AutoEncoder(example, latent), Judge(latent))

    def loss(part: Part, step: Step) -> Tensor:
        if step.free is None:
            return step.losses.sum() * 0
        coder, judge = cast(AutoEncoder, part.own), judge_of(part)
        codes, total = [], step.losses.new_zeros(())
        for x in (seen(step.look, step.x), seen(step.look, step.free.x)):
            made, mean, spread = coder(x, step.rng)
            total = total + elbo(x, made, mean, spread, beta)
            codes.append(judge(mean))
        return total + adversary * fooled(*codes)

    def against(part: Part, step: Step) -> Tensor:
        judge = judge_of(part)
        if step.free is None:
            return judge(code(part, step.look, step.x)).sum() * 0
        judge.taught += 1
        return told(judge(code(part, step.look, step.x)), judge(code(part, step.look, step.free.x)))

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        return {SIGNAL: judged(judge_of(part), code(part, look, x), "vaal").sigmoid()}

    return AddOn(
        "vaal",
        frozenset({SIGNAL}),
        embeddings=on == "embeddings",
        free=1.0,
        build=build,
        loss=loss,
        against=against,
        says=says,
    )
