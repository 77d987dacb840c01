"""Faithfulness of maps, measured: deletion, insertion, and ROAD.

Deletion and insertion change the slice as the page does (``hemo.trust.faithfulness``). ROAD (Rong
et al. 2022, arXiv 2202.00449) removes pixels of the network's input by noisy linear imputation,
which leaves no shape of what was removed for a network to see, most relevant first against least
relevant first; the imputation is pytorch-grad-cam's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemo.evaluation.trust_cases import Looked, on_grid
from hemo.evaluation.trust_places import mean
from hemo.reader import calibrated
from hemo.trust.faithfulness import only, strongest, without
from hemo.trust.inside import Inside, read_all

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]
Json = dict[str, Any]
Tick = Callable[[], None]

FACTS = ("deletion", "insertion", "road")
SHARES = (0.05, 0.10, 0.20)
ROAD_SHARES = (0.05, 0.20)  # of the network's input


def curves(looked: Looked, maps: Sequence[Float], even: float, tick: Tick) -> list[list[float]]:
    """Areas under the deletion and insertion curves, [[deletion, insertion], …], for each map.

    Each is the mean height of the probability over the shares from 0 to the last, by the trapezoid
    rule. Low is good for deletion, high for insertion.

    Args:
        looked: the case.
        maps: cells of each map.
        even: the probability of the slice with even brain, where insertion starts.
        tick: called after each map.
    """
    reader = looked.look.reader
    inside = Inside.of(looked.case.slice_, reader.card.preprocessing)
    found = []
    for cells in maps:
        side = inside.head.hu.shape[0]
        values = on_grid(cells, side)
        parts = [strongest(values, inside.head.inside, share) for share in SHARES]
        slices = [without(inside, p) for p in parts] + [only(inside, p) for p in parts]
        heights = [r.probability for r in read_all(reader, slices)]
        found.append(
            [
                area([looked.probability, *heights[: len(SHARES)]]),
                area([even, *heights[len(SHARES) :]]),
            ]
        )
        tick()
    return found


def figures(
    rows: Mapping[str, Sequence[tuple[str, Sequence[float]]]], default: str, baseline: str
) -> Json:
    """``FACTS`` as the card holds them, each method's, with intervals over groups.

    Args:
        rows: of each method, for each slice its group and its facts; slices in the same order.
        default, baseline: methods that saw the same slices; under ``faithful_by`` stands how much
            better the first is, slice by slice: less is better of a deletion.
    """
    found: Json = {fact: {} for fact in (*FACTS, "faithful_by")}
    for i, fact in enumerate(FACTS):
        for name, mine in rows.items():
            if mine:
                groups = [group for group, _ in mine]
                found[fact][name] = mean(np.array([row[i] for _, row in mine]), groups).plain()
        pairs = list(zip(rows[default], rows[baseline], strict=True))
        if pairs:
            better = np.array([one[i] - other[i] for (_, one), (_, other) in pairs])
            sign = -1 if fact == "deletion" else 1
            groups = [group for group, _ in rows[default]]
            found["faithful_by"][fact] = mean(sign * better, groups).plain()
    return found


def even_probability(looked: Looked) -> float:
    """What the reader says of the slice with even brain."""
    reader = looked.look.reader
    inside = Inside.of(looked.case.slice_, reader.card.preprocessing)
    return read_all(reader, [only(inside, np.zeros_like(inside.head.inside))])[0].probability


def area(heights: Sequence[float]) -> float:
    """The mean height of a curve over the shares 0, 0.05, 0.10, 0.20."""
    shares = (0.0, *SHARES)
    return float(np.trapezoid(heights, shares)) / shares[-1]


def chance(looked: Looked, seed: int) -> Float:
    """A map that knows nothing: smooth noise on the network's own grid."""
    _, height, width = looked.look.features.shape
    noise = np.random.default_rng(seed).standard_normal((height // 2, width // 2))
    return np.asarray(np.kron(noise, np.ones((2, 2))), np.float32)


def road(looked: Looked, cells: Float, seed: int = 0) -> float:
    """How much more probability goes when the most relevant is removed than the least, in [-1, 1].

    The mean over ``ROAD_SHARES`` of (least relevant removed - most relevant removed); pytorch-
    grad-cam's ROADCombined without its factor of a half.
    """
    values = on_grid(cells, looked.target.shape[0])
    grey = looked.look.grey
    images = [
        _imputed(grey, removed, seed)
        for share in ROAD_SHARES
        for removed in (_top(values, share), _top(-values, share))
    ]
    spec = looked.look.reader.card.preprocessing
    mean, std = np.asarray(spec.mean, np.float32), np.asarray(spec.std, np.float32)
    inputs = (np.stack(images)[:, None] - mean[:, None, None]) / std[:, None, None]
    features = looked.look.reader.features(np.asarray(inputs, np.float32))
    probabilities = [
        calibrated(looked.look.head.logit(f.mean((1, 2))), looked.look.reader.card.temperature)
        for f in features
    ]
    return float(np.mean(probabilities[1::2]) - np.mean(probabilities[0::2]))


def _top(values: Float, share: float) -> Bool:
    return strongest(values, np.ones(values.shape, np.bool_), share)


def _imputed(grey: Float, removed: Bool, seed: int) -> Float:
    """Grey [S, S] with what is removed imputed from its neighbours, under slight noise."""
    import torch
    from pytorch_grad_cam.metrics.road import NoisyLinearImputer

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        filled = NoisyLinearImputer()(
            torch.from_numpy(grey[None]), torch.from_numpy(1 - removed.astype(np.float32))
        )
    return np.asarray(filled[0].numpy(), np.float32)
