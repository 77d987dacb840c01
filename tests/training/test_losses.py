"""What training asks for, on maps small enough to work out by hand."""

import pytest
import torch

from hemo.network import build
from hemo.training.losses import losses, position_loss, share_loss

LN2 = 0.6931472


def grid(*rows):
    """A batch of one map."""
    return torch.tensor([rows], dtype=torch.float32)


def test_the_share_beside_the_blood_is_the_positive_evidence_there():
    """3 on the blood, 1 beside it, −5 elsewhere: a quarter lies beside."""
    evidence, blood = grid([3, 1], [-5, 0]), grid([1, 0], [0, 0])

    assert share_loss(evidence, blood, torch.ones(1, 2, 2)).item() == pytest.approx(0.25)


def test_evidence_where_the_truth_is_unknown_is_not_held_against_the_map():
    """The 1 lies in the edema of a box: only the 3 and the other 1 are reckoned with."""
    evidence, blood = grid([3, 1], [1, 0]), grid([1, 0], [0, 0])
    known = grid([1, 0], [1, 1])

    assert share_loss(evidence, blood, known).item() == pytest.approx(0.25)


def test_slices_without_blood_have_no_share():
    """What they show is the slice loss's business."""
    assert share_loss(grid([3, 1]), grid([0, 0]), grid([1, 1])).item() == 0


def test_a_cell_of_blood_weighs_as_much_as_five_without():
    """Logits 0 cost ln 2 each; a sure miss of the one cell of blood costs its logit."""
    blood, known = grid([1, 0, 0, 0, 0, 0]), torch.ones(1, 1, 6)

    even = position_loss(torch.zeros(1, 1, 6), blood, known)
    missed = position_loss(grid([-20, -20, -20, -20, -20, -20]), blood, known)

    assert even.item() == pytest.approx(LN2)
    assert missed.item() == pytest.approx(5 * 20 / 10, rel=1e-4)


def test_a_cell_that_is_a_third_blood_counts_as_blood():
    """If the recipe says so: a sixth of a cell is half way then, and a third is all."""
    known = torch.ones(1, 1, 1)

    found = [position_loss(grid([-20]), grid([s]), known, 1 / 3) for s in (1 / 6, 1 / 3, 1)]

    assert [loss.item() for loss in found] == pytest.approx([10, 20, 20], rel=1e-4)


def test_unknown_cells_teach_no_position():
    """Only the known cell, which costs ln 2, is in the mean."""
    assert position_loss(grid([0, 50]), grid([0, 0]), grid([1, 0])).item() == pytest.approx(LN2)


def test_without_masks_only_the_slices_label_counts():
    """A head of zeros says 0.5: the log loss is ln 2, the others are 0."""
    network = build()
    torch.nn.init.zeros_(network.fc.weight)
    torch.nn.init.zeros_(network.fc.bias)
    batch = {"label": torch.tensor([1.0, 0.0])}
    nought = torch.tensor(0.0)

    found = losses(network, torch.rand(2, 2048, 2, 2), batch, nought, nought, dense=False)

    assert found.slice.item() == pytest.approx(LN2)
    assert found.position.item() == found.share.item() == 0
