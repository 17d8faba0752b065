"""Guidance by a classifier of noisy objects (Dhariwal & Nichol 2021): the gradient of log p(class | xt, t) says in
which direction xt looks more like the class.

With the score of p(xt) in place of that of p(xt | class), Bayes' rule adds this gradient to it; in the noise that is
eps - s sigma grad (their algorithm 2, the DDIM form), in the clean object x0 + s sigma^2 / alpha grad, for which any
solver will do. Their algorithm 1, the DDPM form, moves the mean of an ancestral step by s Sigma grad, Sigma being the
variance of that step: the same but for a factor that tends to 1 as steps become short.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..networks.noisy_classifier import NoisyClassifier
from ..noise import schedule
from ..noise.denoiser import Denoiser, Estimate


@dataclass(frozen=True, eq=False)
class ClassifierGuided:
    """D(xt, t, condition) + s sigma^2 / alpha grad log p(members of the condition | xt, t): the denoiser's evaluations,
    and a gradient of the classifier with each.

    `members` (conditions, N) says which classes a condition stands for; p is summed over them, so that a branch that
    several classes share is pushed towards all of these. With the `times` of a walk by the ancestral solver "ddpm" the
    push is that of the DDPM form.
    """

    denoise: Denoiser
    classifier: NoisyClassifier
    members: Tensor
    s: float
    times: Sequence[float] = ()

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    def __call__(self, xt: Tensor, t: Tensor, condition: Tensor) -> Estimate:
        x0, evaluations = self.denoise(xt, t, condition)
        members = self.members[condition.cpu()].to(xt.device)
        gradient = gradient_of_log(self.classifier, xt, t.to(xt.device), members)
        factor = self.s * schedule.sigma(t) ** 2 / schedule.alpha(t) * self._share(t)
        return Estimate(x0 + factor.to(xt).reshape(-1, *[1] * (xt.ndim - 1)) * gradient, evaluations)

    def _share(self, t: Tensor) -> Tensor | float:
        """What of the push is left in the DDPM form, at times (B,).

        An ancestral step to t_next puts beta alpha_next / sigma^2 of x0 into its mean, where beta is
        1 - (alpha / alpha_next)^2; so the push of x0 moves the mean by s beta alpha_next / alpha grad, while the DDPM
        form's is s Sigma grad, with Sigma = beta sigma_next^2 / sigma^2.
        """
        if not self.times:
            return 1.0
        grid = torch.tensor(self.times, dtype=t.dtype).flip(0)            # rising
        following = grid[(torch.searchsorted(grid, t.cpu().contiguous()) - 1).clamp(min=0)]
        a, s, a_next, s_next = (f(x) for x in (t.cpu(), following) for f in (schedule.alpha, schedule.sigma))
        return ((s_next / s) ** 2 * a / a_next).to(t.device)


def gradient_of_log(classifier: NoisyClassifier, xt: Tensor, t: Tensor, members: Tensor) -> Tensor:
    """The gradient by xt (B, *shape) of log p(one of the members | xt, t); members (B, N) are marked."""
    # A walk runs in inference mode, whose tensors no gradient can pass: hence the clones.
    with torch.inference_mode(False), torch.enable_grad():
        x = xt.detach().clone().requires_grad_()
        logs = classifier(x, t.clone()).log_softmax(1)
        wanted = logs.masked_fill(~members.clone(), -torch.inf).logsumexp(1)
        return torch.autograd.grad(wanted.sum(), x)[0]
