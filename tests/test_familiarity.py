"""Feature distance: usual slices are near, foreign ones far."""

import numpy as np
import pytest

from hemo.familiarity import Familiarity


def gaussian(n, seed, scale=(3.0, 1.0), width=40):
    """n points of a Gaussian: two wide directions, the rest of standard deviation 0.1."""
    rng = np.random.default_rng(seed)
    deviations = np.full(width, 0.1)
    deviations[:2] = scale
    return (5 + rng.normal(size=(n, width)) * deviations).astype(np.float32)


@pytest.fixture(scope="module")
def known():
    """Fitted on 500 points, its limit on 200 others."""
    return Familiarity.fit(gaussian(500, 0), gaussian(200, 1), keep=2)


def test_the_shape_of_the_cloud_is_found(known):
    """The two directions have the deviations 3 and 1, all others 0.1."""
    assert known.deviations == pytest.approx([3, 1], rel=0.1)
    assert known.residual == pytest.approx(0.1, rel=0.1)
    assert known.mean == pytest.approx(np.full(40, 5), abs=0.5)


def test_distance_by_hand():
    """Two units along a direction of deviation 2, one off it at residual 0.5, of two: √(1+4)/√2."""
    known = Familiarity(
        mean=np.zeros(2, np.float32),
        components=np.array([[1.0, 0.0]], np.float32),
        deviations=np.array([2.0], np.float32),
        residual=0.5,
        limit=1.0,
    )

    assert known.distance(np.array([2.0, 1.0], np.float32)) == pytest.approx(np.sqrt(5 / 2))
    assert known.distance(np.zeros(2, np.float32)) == 0


def test_usual_points_are_usual_and_foreign_ones_are_not(known):
    """New points of the cloud keep within the limit, a small step off it does not."""
    new = gaussian(300, 2)
    foreign = new + np.float32(1.0) * (np.arange(40) > 20)

    assert np.mean([known.is_usual(z) for z in new]) > 0.95
    assert not any(known.is_usual(z) for z in foreign)


def test_it_survives_being_stored(known):
    """The same distances from the stored arrays."""
    again = Familiarity.from_tensors(known.tensors())
    z = gaussian(1, 3)[0]

    assert again.distance(z) == pytest.approx(known.distance(z), rel=1e-5)
    assert again.limit == pytest.approx(known.limit)
