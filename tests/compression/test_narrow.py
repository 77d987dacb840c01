"""Narrow networks: what says nothing new can go, and the rest makes up for it."""

import copy

import torch

from hemo.compression.activations import blocks
from hemo.compression.narrow import fill, narrowed, shaped, write
from hemo.compression.widths import Width, rank_blocks
from hemo.network import features


def double(network):
    """Make the second half of every block's channels copies of the first half."""
    for _, block in blocks(network):
        for conv in (block.conv1, block.conv2):
            half = conv.out_channels // 2
            conv.weight[half:], conv.bias[half:] = conv.weight[:half], conv.bias[:half]


def test_copies_go_and_nothing_is_lost(network, images):
    """Half as wide, every block: what a pair of copies said together one says alone."""
    double(network)
    found = rank_blocks(network, images)
    widths = {name: Width(*(n // 2 for n in block.full)) for name, block in found.items()}

    made = narrowed(network, found, widths, images)

    right, ours = features(network, images), features(made, images)
    assert (ours - right).square().mean() < 1e-3 * right.var()
    assert [b.conv2.weight.shape[:2] for _, b in blocks(made)] == [(8, 8), (16, 16), (32, 32)]


def test_fitting_makes_up_for_what_went(network, images):
    """A quarter gone from each: much better than the same channels left out."""
    original = copy.deepcopy(network)
    found = rank_blocks(network, images)
    widths = {name: Width(*(3 * n // 4 for n in block.full)) for name, block in found.items()}

    made = narrowed(network, found, widths, images)

    for name, block in blocks(network):  # what goes says nothing any more
        for conv, ranking, count in zip(
            (block.conv1, block.conv2),
            (found[name].first, found[name].second),
            widths[name],
            strict=True,
        ):
            gone = list(set(range(conv.out_channels)) - set(ranking.kept(count)))
            conv.weight[gone], conv.bias[gone] = 0, 0
    cut, fitted = features(network, images), features(made, images)
    right = features(original, images)
    assert (fitted - right).square().mean() < 0.5 * (cut - right).square().mean()


def test_a_narrow_network_comes_back_from_its_file(network, images, tmp_path):
    """Its widths are those of the tensors."""
    wide = copy.deepcopy(network)
    for _, block in blocks(network):
        shaped(block, Width(3, 5))
    write(network, tmp_path / "narrow.safetensors")

    fill(wide, tmp_path / "narrow.safetensors")

    torch.testing.assert_close(features(wide, images), features(network, images))
