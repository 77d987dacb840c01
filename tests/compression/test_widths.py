"""Widths of blocks: where products cost least, for what is asked, and ranked by what is shown."""

import pytest
import torch

from hemo.compression.channels import Ranking
from hemo.compression.widths import Block, Width, choose, rank_blocks


def block(cost, places=1):
    """A block of two channels in both places, each of which can go for a cost."""
    first, second = (Ranking(2, (0,), (each,)) for each in cost)
    return Block(first, second, enters=4, leaves=4, places=places, stride=1)


def test_products_of_a_block_are_those_of_its_three_convolutions():
    """256 in, 4 and 6 inside, 512 out, on 10 places; before a stride of 2 there are 40."""
    ranking = Ranking(8, (), ())
    made = Block(ranking, ranking, enters=256, leaves=512, places=10, stride=2)

    assert made.full == Width(8, 8)
    assert made.products(Width(4, 6)) == 40 * 256 * 4 + 10 * (9 * 4 * 6 + 6 * 512)


def test_the_cheapest_channels_go_first():
    """Full: 4·2 + 9·2·2 + 2·4 = 52 each. One channel less on one side: 4 + 18 + 8 = 30.

    Of 104 products 83 may be left: 22 go where they cost 0.1, and nothing else has to.
    """
    found = {"dear": block((5.0, 6.0)), "cheap": block((0.1, 2.0))}

    assert choose(found, 0, 83 / 104, step=1) == {"dear": Width(2, 2), "cheap": Width(1, 2)}


def test_what_is_not_narrowed_counts():
    """104 more that stay: of 208, 187 may be left, and the same goes."""
    found = {"dear": block((5.0, 6.0)), "cheap": block((0.1, 2.0))}

    assert choose(found, 104, 187 / 208, step=1) == {"dear": Width(2, 2), "cheap": Width(1, 2)}
    assert choose(found, 104, 1.0, step=1) == {"dear": Width(2, 2), "cheap": Width(2, 2)}


def test_nothing_is_narrower_than_it_may_be():
    """However little is asked for; and a step is kept to, but for the full width."""
    found = {"only": block((5.0, 6.0))}

    assert choose(found, 0, 0.0, step=1) == {"only": Width(1, 1)}
    assert choose(found, 0, 0.0, step=2) == {"only": Width(2, 2)}


@pytest.mark.parametrize("said", ["nothing", "the same"])
def test_channels_that_say_nothing_new_go_first(network, images, said):
    """Of layer3's first block, the first convolution's last three channels."""
    conv = network.layer3[0].conv1
    if said == "nothing":
        conv.weight[-3:], conv.bias[-3:] = 0, -1
    else:
        conv.weight[-3:], conv.bias[-3:] = conv.weight[0], conv.bias[0]

    found = rank_blocks(network, images)

    assert list(found) == ["layer2.0", "layer3.0", "layer4.0"]
    first = found["layer3.0"].first
    # Of four that are the same any three can go.
    alike = {29, 30, 31} if said == "nothing" else {0, 29, 30, 31}
    third = [place for place, channel in enumerate(first.order) if channel in alike][2]
    # Not for nothing: the damping takes copies for a little less than the same.
    assert first.cost[third] < 0.2 * first.cost[-1]
    assert found["layer3.0"].full == Width(32, 32)
    assert found["layer4.0"].products(Width(1, 1)) == 4 * (1024 + 9 + 2048)
    assert torch.isfinite(torch.tensor([b.first.cost[-1] for b in found.values()])).all()
