"""Teaching: a narrow network comes nearer to the wide one, and goes on after a kill."""

import copy

import numpy as np
import pytest
import torch

from hemo import phantom
from hemo.compression.activations import blocks
from hemo.compression.distil import Lessons, distil
from hemo.errors import DataError
from hemo.network import features
from hemo.preprocessing import Preprocessing
from hemo.training.draw import Draw, Epoch
from hemo.training.phantoms import PhantomSample
from hemo.training.recipes import QUICK


@pytest.fixture(scope="module")
def slices():
    """64 phantoms of 32 pixels a side, nothing random about them."""
    draws = [
        Draw(
            PhantomSample(phantom.draw(None, seed=n, shape=(128, 128)), str(n)),
            paint=False,
            seed=None,
        )
        for n in range(64)
    ]
    return Epoch(draws, Preprocessing(size=32), QUICK)


@pytest.fixture
def student(network):
    """The network with a tenth of noise on what is taught."""
    made = copy.deepcopy(network)
    for _, block in blocks(made):
        for conv in (block.conv1, block.conv2, block.conv3):
            conv.weight += 0.1 * conv.weight.std() * torch.randn_like(conv.weight)
    return made


def apart(network, student, slices):
    """The share of the features' variance in which two networks differ."""
    images = torch.stack([slices[n]["image"] for n in range(16)])
    right = features(network, images)
    return float((features(student, images) - right).square().mean() / right.var())


def test_a_student_comes_nearer(network, student, slices, tmp_path):
    """And only what is narrowed learns; the state file says how far it came."""
    stem, before = student.conv1.weight.clone(), apart(network, student, slices)
    said = []

    distil(
        network, student, slices, Lessons(batch=2, rate=1e-3, average=0.8), tmp_path, said.append
    )

    assert apart(network, student, slices) < 0.5 * before
    assert torch.equal(student.conv1.weight, stem)
    assert said[-1].startswith("  step 25/32: features 0.")
    assert not any(parameter.requires_grad for parameter in student.parameters())


def test_a_run_that_was_killed_goes_on_to_the_same_end(network, student, slices, tmp_path):
    """After step 25 of 32, as if it had not been: what comes then is what would have come."""
    lessons = Lessons(batch=2)
    whole, killed, resumed = (copy.deepcopy(student) for _ in range(3))
    distil(network, whole, slices, lessons, tmp_path / "whole")

    class Killed(Exception):
        pass

    def kill(line):
        if "step 25" in line:
            raise Killed

    # The state is written before the line is: what is told is safe.
    with pytest.raises(Killed):
        distil(network, killed, slices, lessons, tmp_path / "killed", kill)
    said = []
    distil(network, resumed, slices, lessons, tmp_path / "killed", said.append)

    assert said == ["going on after step 25 of 32"]
    for name, tensor in whole.state_dict().items():
        np.testing.assert_allclose(resumed.state_dict()[name], tensor, rtol=1e-4, atol=1e-6)


def test_the_state_of_other_lessons_is_not_gone_on_from(network, student, slices, tmp_path):
    """Its optimizer is another's."""
    distil(network, student, slices, Lessons(batch=2), tmp_path)

    with pytest.raises(DataError, match="another run"):
        distil(network, student, slices, Lessons(batch=2, rate=1.0), tmp_path)
