"""A narrow network taught by the wide one: its features, its evidence, its answers.

Fitting block by block leaves errors that add up on the way. What is left is learnt away from the
wide network's own outputs (Hinton, Vinyals & Dean 2015, arXiv 1503.02531; of features: Romero et
al. 2015, arXiv 1412.6550), on slices that are seen once; labels are not used.
"""

import time
from dataclasses import dataclass
from math import cos, pi
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models import ResNet

from hemo.compression.activations import NARROWED
from hemo.compression.parity import Report
from hemo.network import features, hemorrhage_logit
from hemo.training.average import Average
from hemo.training.batches import prefetched
from hemo.training.draw import Epoch
from hemo.training.state import read_state, write_state

KEPT_EVERY = 25  # steps


@dataclass(frozen=True)
class Lessons:
    """How it is taught.

    Attributes:
        batch: slices a step.
        rate: Adam's learning rate at first; it falls to 0 by a cosine.
        average: share of the old average of weights that a step keeps; the average is the result.
        evidence: weight of the squared error of the evidence, summed over cells, in logits².
        answer: of the squared error of the probability.
        logit: of the logit's, of errors of up to 2.
        temperature: probability = sigmoid(logit / temperature).
    """

    batch: int = 8
    rate: float = 5e-6
    average: float = 0.98
    evidence: float = 2.0
    answer: float = 20.0
    logit: float = 0.1
    temperature: float = 1.0

    def rate_at(self, step: int, steps: int) -> float:
        """The learning rate at a step (from 0) of so many: 20 to warm up, then a cosine."""
        return self.rate * min(1.0, (step + 1) / 20) * (0.5 + 0.5 * cos(pi * step / steps))


def distil(
    teacher: ResNet,
    student: ResNet,
    slices: Epoch,
    lessons: Lessons,
    folder: Path,
    report: Report = lambda _: None,
) -> None:
    """Teach a narrow network, in place; layers that are not narrowed stay as they are.

    Args:
        teacher: the wide network.
        student: the narrow one, with the same head.
        slices: seen once, in order.
        lessons: how.
        folder: the state is kept there, to go on from after a kill.
        report: takes one line of progress at a time.

    Raises:
        DataError: the folder holds the state of other lessons.
    """
    for network in (teacher, student):
        network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    learning = [p for layer in NARROWED for p in getattr(student, layer).parameters()]
    for parameter in learning:
        parameter.requires_grad_(True)
    optimizer = torch.optim.Adam(learning, lr=lessons.rate, betas=(0.9, 0.99))
    folder.mkdir(parents=True, exist_ok=True)
    steps, done = -(-len(slices) // lessons.batch), 0
    average = Average(student, lessons.average)
    run = f"{lessons!r} {len(slices)} slices"
    if saved := read_state(folder, run):
        student.load_state_dict(saved["student"])
        optimizer.load_state_dict(saved["optimizer"])
        average.load(saved["average"], saved["step"])
        done = saved["step"]
        report(f"going on after step {done} of {steps}")
    started, lost = time.monotonic(), torch.zeros(3)
    for step, batch in enumerate(
        prefetched(slices.after(done * lessons.batch), lessons.batch), done
    ):
        for group in optimizer.param_groups:
            group["lr"] = lessons.rate_at(step, steps)
        found = _errors(teacher, student, batch["image"], lessons)
        optimizer.zero_grad(set_to_none=True)
        found.sum().backward()
        optimizer.step()
        average.update(student)
        lost += found.detach() / KEPT_EVERY
        if (step + 1) % KEPT_EVERY == 0:
            state = {"student": student.state_dict(), "optimizer": optimizer.state_dict()}
            write_state(folder, run, {**state, "average": average.state, "step": step + 1})
            left = (time.monotonic() - started) / (step + 1 - done) * (steps - step - 1)
            report(
                f"  step {step + 1}/{steps}: features {lost[0]:.4f}, evidence {lost[1]:.4f}, "
                f"answers {lost[2]:.4f}, {left:.0f} s left"
            )
            lost.zero_()
    student.load_state_dict(average.state)
    student.requires_grad_(False)


def _errors(teacher: ResNet, student: ResNet, images: Tensor, lessons: Lessons) -> Tensor:
    """Weighted means over slices [3]: features, as a share of their square; evidence; answers."""
    images = images.contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        right = features(teacher, images)
    ours = features(student, images)
    with torch.enable_grad():
        pooled = right.mean((2, 3)).requires_grad_()
        logit = hemorrhage_logit(teacher.fc(pooled))
        (slope,) = torch.autograd.grad(logit.sum(), pooled)
    # What the evidence is made of in closed form: see hemo.evidence.
    off = torch.einsum("bc,bchw->bhw", slope / right[0, 0].numel(), ours - right)
    found = hemorrhage_logit(teacher.fc(ours.mean((2, 3))))
    logit = logit.detach()
    odds = torch.sigmoid(found / lessons.temperature) - torch.sigmoid(logit / lessons.temperature)
    far = (found - logit).square().clamp(max=4)
    return torch.stack(
        [
            functional.mse_loss(ours, right) / right.square().mean(),
            lessons.evidence * off.square().sum((1, 2)).mean(),
            (lessons.answer * odds.square() + lessons.logit * far).mean(),
        ]
    )
