"""The original notebook's checkpoint is taken over, and no pickle of it is ever run."""

import os

import numpy as np
import pytest
import torch
from torchvision import transforms

from hemo import Reader, phantom
from hemo.errors import WeightsError
from hemo.network import hemorrhage_logit
from hemo.preprocessing import Preprocessing, preprocess
from hemo.training.notebook_checkpoint import import_checkpoint

CLASSES = {"Balanced Normal": 0, "Hemorrhage Head": 1}


@pytest.fixture(scope="module")
def network(random_networks):
    """The notebook's network with random weights."""
    return random_networks["notebook"][0]


def save(path, network, **more):
    """As the notebook did."""
    torch.save({"state_dict": network.state_dict(), "class_to_idx": CLASSES, **more}, path)
    return path


def test_an_imported_checkpoint_reads_as_the_network_did(network, tmp_path):
    """The reader's logit on a slice is the log odds of the notebook's own outputs."""
    head = phantom.draw("intraparenchymal", seed=1).slice
    import_checkpoint(save(tmp_path / "a.pth", network, epochs=10), tmp_path / "out")

    reading = Reader.load(tmp_path / "out").read(head)

    image, _ = preprocess(head, Preprocessing())
    with torch.inference_mode():
        expected = hemorrhage_logit(network(torch.from_numpy(image)[None]))
    # The weights went through float16 on their way.
    assert reading.logit == pytest.approx(float(expected), rel=0.02, abs=0.02)
    assert reading.evidence.cells.shape == (7, 7)


def test_transforms_in_the_file_do_no_harm(network, tmp_path):
    """Some versions saved their torchvision transforms: plain settings, allow-listed."""
    pipeline = transforms.Compose(
        [
            transforms.Resize(256),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )

    card = import_checkpoint(
        save(tmp_path / "a.pth", network, transform=pipeline), tmp_path / "out"
    )

    assert card.head == "notebook"
    assert not card.dilated


def test_the_other_order_of_classes_is_turned_round(network, tmp_path):
    """Hemorrhage first in class_to_idx: its row becomes the second."""
    path = tmp_path / "a.pth"
    swapped = {"Hemorrhage Head": 0, "Balanced Normal": 1}
    torch.save({"state_dict": network.state_dict(), "class_to_idx": swapped}, path)

    import_checkpoint(path, tmp_path / "out")

    from hemo import weights

    tensors, _ = weights.load(tmp_path / "out")
    np.testing.assert_allclose(
        tensors["fc.fc2.bias"], network.fc.fc2.bias.detach().numpy()[::-1], atol=1e-6
    )


class Evil:
    """A pickle that makes a file when it is run."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        """Called by pickle; what it returns is what an unwary load runs."""
        return os.mkdir, (str(self.path),)


def test_code_in_a_checkpoint_is_not_run(network, tmp_path):
    """It is refused, and the folder that it would have made is not there."""
    marker = tmp_path / "it ran"
    path = save(tmp_path / "evil.pth", network, extra=Evil(marker))

    with pytest.raises(WeightsError, match="does not run"):
        import_checkpoint(path, tmp_path / "out")
    assert not marker.exists()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04broken"])
def test_files_that_are_no_checkpoint(tmp_path, content):
    """One sentence each."""
    path = tmp_path / "a.pth"
    path.write_bytes(content)

    with pytest.raises(WeightsError):
        import_checkpoint(path, tmp_path / "out")


def test_checkpoints_of_something_else(network, tmp_path):
    """No state_dict, other classes, another network, no file at all."""
    torch.save({"model": 1}, tmp_path / "a.pth")
    torch.save({"state_dict": {"x": torch.zeros(1)}}, tmp_path / "b.pth")
    torch.save(
        {"state_dict": network.state_dict(), "class_to_idx": {"cat": 0, "dog": 1}},
        tmp_path / "c.pth",
    )

    for name, sentence in (("a", "no state_dict"), ("b", "does not fit"), ("c", "classes")):
        with pytest.raises(WeightsError, match=sentence):
            import_checkpoint(tmp_path / f"{name}.pth", tmp_path / "out")
    with pytest.raises(WeightsError, match="no such"):
        import_checkpoint(tmp_path / "nowhere.pth", tmp_path / "out")
