"""Ranking of channels, against errors worked out by hand."""

import pytest
import torch

from hemo.compression.channels import Ranking, gram, rank

DOUBLE = torch.float64


def test_a_ranking_tells_what_is_lost_and_what_stays():
    """Four channels, of which the last stays whatever happens."""
    ranking = Ranking(4, order=(2, 0, 1), cost=(0.5, 2.0, 9.0))

    assert ranking.fewest == 1
    assert [ranking.lost(kept) for kept in (4, 3, 2, 1)] == [0.0, 0.5, 2.0, 9.0]
    assert [ranking.kept(count) for count in (4, 3, 1)] == [[0, 1, 2, 3], [0, 1, 3], [3]]


def test_gram_is_of_deviations_and_damped_by_the_mean_variance():
    """Two inputs, 1 ± 1 and 0: variances 1 and 0, mean 0.5, a tenth of it added to both."""
    inputs = torch.tensor([[0.0, 0.0], [2.0, 0.0]])

    expected = torch.tensor([[1.05, 0.0], [0.0, 0.05]], dtype=DOUBLE)

    torch.testing.assert_close(gram(inputs, 0.1), expected)


def test_independent_channels_go_by_weight_and_variance():
    """Error variance · weight²: 4·1, 1·9, 1·1; nothing can make up for them."""
    covariance = torch.diag(torch.tensor([4.0, 1.0, 1.0], dtype=DOUBLE))

    ranking = rank(torch.tensor([[1.0, 3.0, 1.0]]), covariance, 3, 1)

    assert ranking.order == (2, 0)
    assert ranking.cost == pytest.approx((1.0, 5.0))


def test_what_another_channel_says_as_well_goes_for_nothing():
    """The first two are the same but for a hundredth; one of them goes, and the other for both.

    b = a + e: without a, a is replaced by the best multiple of b, 1 / 1.01; the error is the
    variance of a that is left, 1 - 1/1.01. With b gone too the kernel's 2 a are lost: 4 and a bit.
    """
    covariance = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.01, 0.0], [0.0, 0.0, 2.0]], dtype=DOUBLE)

    ranking = rank(torch.tensor([[1.0, 1.0, 1.0]]), covariance, 3, 1)

    assert ranking.order[0] in (0, 1)
    assert ranking.cost[0] == pytest.approx(1 - 1 / 1.01)
    assert ranking.order[1] == 2
    assert ranking.cost[1] == pytest.approx(1 - 1 / 1.01 + 2)


def test_channels_of_several_inputs_go_whole():
    """Two inputs a channel, correlated within: 1·1 + 1·1 + 2·0.5 for the first, 2·4 the second."""
    covariance = torch.eye(4, dtype=DOUBLE)
    covariance[0, 1] = covariance[1, 0] = 0.5

    ranking = rank(torch.tensor([[1.0, 1.0, 2.0, 2.0]]), covariance, 2, 0)

    assert ranking.order == (0, 1)
    assert ranking.cost == pytest.approx((3.0, 11.0))


def test_costs_are_what_least_squares_leaves():
    """Ten channels of two inputs that say much the same, made smaller on the way: any prefix of
    the order costs what the best kernel on the rest gets wrong.
    """
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(400, 4, generator=generator) @ torch.randn(4, 20, generator=generator)
    inputs = inputs + 0.3 * torch.randn(400, 20, generator=generator)
    kernel = torch.randn(3, 20, generator=generator)
    covariance = gram(inputs, 0.0)

    ranking = rank(kernel, covariance, 10, 2)

    for count in range(2, 10):
        left = torch.tensor([2 * c + n for c in ranking.kept(count) for n in (0, 1)])
        crossed = kernel.double() @ covariance[:, left]
        best = torch.linalg.solve(covariance[left][:, left], crossed.T).T
        error = torch.trace(kernel.double() @ covariance @ kernel.double().T)
        error = error - torch.trace(best @ crossed.T)
        assert ranking.lost(count) == pytest.approx(float(error), rel=1e-6)
