"""Methods of the last layer in closed form: they need a reading's features and the head, no more.

With features A [C, h, w], pooled z and a head y(z), g = ∂y/∂z, every position of channel c has the
gradient ∂y/∂A = g_c / hw. What the papers compute by a backward pass follows from that.
"""

import numpy as np
from numpy.typing import NDArray

from hemo.evidence import EvidenceMap, Head, grad_cam
from hemo.evidence import on_slice as _on_slice
from hemo.guided import guided
from hemo.methods.look import Look

Float = NDArray[np.float32]


def plain(look: Look) -> EvidenceMap:
    """Grad-CAM as hemo reads with it."""
    cells, bias, _ = grad_cam(look.features, look.head)
    return _on_slice(cells, bias, look.view)


def along_edges(look: Look) -> EvidenceMap:
    """Grad-CAM, its cells' evidence laid along the picture's edges."""
    cells, bias, _ = grad_cam(look.features, look.head)
    return guided(cells, bias, look.view, look.grey)


def coarse(look: Look) -> EvidenceMap:
    """Grad-CAM on a map of half the resolution, as torchvision's network has it: 7 x 7.

    The cells are added up two by two. That is Grad-CAM of this very network with its last layer
    average-pooled to 7 x 7 (the mean of means is the mean, so that the logit is the same), not of
    another one: run with a stride it was not trained with it would see something else.
    """
    cells, bias, _ = grad_cam(look.features, look.head)
    return look.on_slice(added_up(cells, 2), bias=bias, method="Grad-CAM, 7 × 7")


def added_up(cells: Float, by: int) -> Float:
    """[h, w] to [h / by, w / by] by sums; as it is where that does not divide."""
    height, width = cells.shape
    if height % by or width % by:
        return cells
    summed: Float = cells.reshape(height // by, by, width // by, by).sum((1, 3))
    return summed


def hires_cam(look: Look) -> EvidenceMap:
    """Gradient times activation, place by place (Draelos & Carin 2020, arXiv 2011.08891).

    Where a head follows global average pooling the gradient is the same at every place: the map
    is then Grad-CAM's to the last digit, which the paper proves and the test repeats.
    """
    _, bias, _ = grad_cam(look.features, look.head)
    cells = (_gradients(look.features, look.head) * look.features).sum(0)
    return look.on_slice(cells, bias=bias, method="HiResCAM")


def _gradients(features: Float, head: Head) -> Float:
    """∂y/∂A, float32 [C, 1, 1]: the same at every place."""
    _, height, width = features.shape
    gradient = head.gradient(features.mean((1, 2))) / np.float32(height * width)
    return np.asarray(gradient, np.float32)[:, None, None]


def grad_cam_plus_plus(look: Look) -> EvidenceMap:
    """Chattopadhay et al. 2018 (arXiv 1710.11063), eq. 19: for hemorrhage only, hence >= 0.

    With the same gradient d at all places of a channel α = d² / (2d² + d³ ΣA) = 1 / (2 + d ΣA),
    and its weight is hw · ReLU(d) · α. Divided by hw it is in logits per cell times α.
    """
    gradient = np.maximum(_gradients(look.features, look.head), 0)
    alpha = 1 / (2 + gradient * look.features.sum((1, 2), keepdims=True))
    cells = np.maximum((gradient * alpha * look.features).sum(0), 0)
    return look.on_slice(cells, method="Grad-CAM++")


def eigen_cam(look: Look) -> EvidenceMap:
    """Features along their first principal component (Muhammad & Yeasin 2020, arXiv 2008.00299).

    The component's sign means nothing; it is chosen so that the strongest place is positive.
    """
    channels, height, width = look.features.shape
    places = look.features.reshape(channels, -1).T.astype(np.float64)
    places -= places.mean(0)
    # The first left singular vector times its singular value is the projection: [hw, hw] is small.
    energies, vectors = np.linalg.eigh(places @ places.T)
    cells = vectors[:, -1] * np.sqrt(max(float(energies[-1]), 0.0))
    if abs(cells.min()) > abs(cells.max()):
        cells = -cells
    return look.on_slice(cells.reshape(height, width), method="Eigen-CAM")


def ablation_cam(look: Look) -> EvidenceMap:
    """Each channel weighs what the logit loses without it (Desai & Ramaswamy 2020, WACV).

    A channel set to zero changes nothing but its own pooled value: no forward pass is needed. The
    paper divides all weights by the logit, here they stay in logits.
    """
    z = look.features.mean((1, 2))
    logit = look.head.logit(z)
    lost = [logit - look.head.logit(np.where(np.arange(z.size) == c, 0, z)) for c in range(z.size)]
    cells = np.tensordot(np.array(lost, np.float32), look.features, axes=1)
    return look.on_slice(cells, method="Ablation-CAM")
