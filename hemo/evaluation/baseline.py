"""The baseline that a network must clearly beat: how bright is the middle of the picture?"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from hemo.slice import Slice
from hemo.training.dataset import Sample
from hemo.windowing import to_display

Array = NDArray[np.float64]


def brightness(slice_: Slice) -> Array:
    """Mean, standard deviation and 99th percentile of the middle of the picture, [3].

    The middle two fifths of either side: of the crops tried on the 200, the one that does best.
    """
    grey = to_display(slice_)
    top, left = (round(0.3 * side) for side in grey.shape)
    middle = grey[top : grey.shape[0] - top, left : grey.shape[1] - left]
    return np.array([middle.mean(), middle.std(), np.percentile(middle, 99)], np.float64)


def on_test(train: Sequence[Sample], test: Sequence[Sample]) -> Array:
    """Scores [N] of the test samples by brightness alone, fitted on the training samples."""
    return np.asarray(fitted(train).decision_function(_features(test)))


def fitted(train: Sequence[Sample]) -> Pipeline:
    """The logistic regression on brightness [N, 3], fitted on training samples of both labels."""
    return _model().fit(_features(train), _labels(train))


def cross_validated(samples: Sequence[Sample], *, folds: int = 5) -> Array:
    """Scores [N] by brightness, each sample's fitted on the folds without its group."""
    features, labels = _features(samples), _labels(samples)
    groups = [sample.group for sample in samples]
    scores = np.zeros(len(samples))
    for train, test in GroupKFold(folds, shuffle=True, random_state=0).split(
        features, labels, groups
    ):
        scores[test] = (
            _model().fit(features[train], labels[train]).decision_function(features[test])
        )
    return scores


def _model() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression())


def _features(samples: Sequence[Sample]) -> Array:
    return np.stack([_of(sample) for sample in samples])


@cache
def _of(sample: Sample) -> Array:
    """Of a sample, worked out once: several figures have this baseline beside them."""
    return brightness(sample.slice())


def _labels(samples: Sequence[Sample]) -> NDArray[np.int64]:
    return np.array([sample.label for sample in samples])
