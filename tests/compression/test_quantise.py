"""Quantisation: kernels stay on their grid; a plan gives activations back, no more, no less."""

import numpy as np
import pytest

from hemo import weights
from hemo.compression.quantise import Plan, kernels, quantise, relaxed, steps_moved, write
from hemo.openvino_engine import IN_FLOAT

openvino = pytest.importorskip("openvino", reason="openvino is not installed")
pytest.importorskip("nncf", reason="nncf is not installed")
RNG = np.random.default_rng(0)
LAYER = "layer2"


def convolution(x, name, channels):
    """A 3 x 3 convolution with a bias and a ReLU, named as those of a converted ResNet are."""
    ops = openvino.opset8
    kernel = RNG.normal(size=(4, channels, 3, 3)).astype(np.float32)
    kernel[2] *= 1e-4
    kernel = weights.rounded({"k": kernel})["k"]
    made = ops.convolution(x, ops.constant(kernel), [1, 1], [1, 1], [1, 1], [1, 1])
    made.set_friendly_name(f"__module.network.{name}/aten::_convolution/Convolution")
    return ops.relu(ops.add(made, ops.constant(np.full((1, 4, 1, 1), 0.1, np.float32))))


@pytest.fixture(scope="module")
def model():
    """A stem and two blocks, each added to what went in: the least that has a stream of sums."""
    ops = openvino.opset8
    image = ops.parameter([1, 3, 8, 8], np.float32)
    x = convolution(image, "conv1", 3)
    for layer in ("layer1", "layer2"):
        x = ops.relu(ops.add(convolution(x, f"{layer}.0.conv1", 4), x))
    return openvino.Model([x], [image])


@pytest.fixture(scope="module")
def images():
    """Eight calibration images."""
    return RNG.normal(size=(8, 3, 8, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def quantised(model, images):
    """The model in int8."""
    return quantise(model.clone(), list(images))


def rounded_inputs(model):
    """Friendly names of the operations with an input that is rounded on the way."""
    return {
        operation.get_friendly_name().partition("/")[0]
        for operation in model.get_ordered_ops()
        for value in operation.input_values()
        if value.get_node().get_type_name() == "FakeQuantize"
    }


def test_kernels_on_the_grid_are_not_moved(model, quantised):
    """Not even those of a channel that all but vanishes beside the others."""
    assert len(list(kernels(quantised))) == 3
    assert steps_moved(model, quantised) < 1e-3


def test_the_strongest_that_was_seen_is_not_cut_off(model):
    """Seven faint images and one ten times as strong: the mean of their ranges would be a fifth."""
    faint = list(RNG.uniform(-1, 1, size=(7, 3, 8, 8)).astype(np.float32))
    strong = RNG.uniform(-10, 10, size=(3, 8, 8)).astype(np.float32)

    made = quantise(model.clone(), [*faint, strong])

    first = next(o for o in made.get_ordered_ops() if o.get_type_name() == "FakeQuantize")
    assert first.input_value(0).get_node().get_type_name() == "Parameter"
    low, high = (float(first.input_value(n).get_node().data.min()) for n in (1, 2))
    assert low <= 0.99 * strong.min() < 0.99 * strong.max() <= high


def test_kernels_off_the_grid_are(model, images):
    """By up to half a step; a measure that always said 0 would be none."""
    other = model.clone()
    for operation in other.get_ordered_ops():
        if operation.get_type_name() == "Convolution":
            constant = operation.input_value(1).get_node()
            moved = openvino.opset8.constant(np.array(constant.data) ** 3)
            operation.input(1).replace_source_output(moved.output(0))

    assert 0.1 < steps_moved(other, quantise(other.clone(), list(images))) <= 0.51


@pytest.mark.parametrize(
    ("plan", "gone"),
    [
        (Plan("all"), set()),
        (Plan("stem", layers=("conv1",)), {"__module.network.conv1"}),
        (Plan("layer", layers=("layer2",)), {"__module.network.layer2.0.conv1"}),
    ],
)
def test_a_plan_gives_its_layers_back_and_no_others(quantised, plan, gone):
    """The original stays as it is."""
    before = rounded_inputs(quantised)

    after = rounded_inputs(relaxed(quantised, plan))

    assert before - after == gone
    assert rounded_inputs(quantised) == before


def test_sixteen_bits_are_nearer_to_float32_than_eight(model, images, quantised):
    """All kernels are on the grid: what is off is what rounding the inputs does, and little is."""
    layer = (LAYER,)
    names = ("conv1", "layer1")

    def output(plan):
        compiled = openvino.Core().compile_model(
            relaxed(quantised, plan), "CPU", {"INFERENCE_PRECISION_HINT": "f32"} | IN_FLOAT
        )
        return np.concatenate([compiled([image[None]])[0] for image in images])

    exact = output(Plan("all float", sums=True, layers=(*names, *layer)))
    eight = output(Plan("layer in eight", sums=True, layers=names))
    sixteen = output(Plan("layer in sixteen", sums=True, layers=names, fine=layer))

    errors = [np.abs(made - exact).max() for made in (eight, sixteen)]
    assert 0 < errors[1] < errors[0] / 50


def test_sixteen_bits_reach_twice_as_far_as_what_was_seen(model, images, quantised):
    """An image twice as strong as any is not cut off where eight bits would."""
    names = ("conv1", "layer1")

    def output(plan, image):
        compiled = openvino.Core().compile_model(
            relaxed(quantised, plan), "CPU", {"INFERENCE_PRECISION_HINT": "f32"} | IN_FLOAT
        )
        return compiled([image[None]])[0]

    strong = 1.8 * images[0]
    exact = output(Plan("float", sums=True, layers=(*names, LAYER)), strong)
    sixteen = output(Plan("sixteen", sums=True, layers=names, fine=(LAYER,)), strong)

    np.testing.assert_allclose(sixteen, exact, rtol=1e-3, atol=1e-3 * np.abs(exact).max())


def test_sums_in_floating_point_are_nearer_to_float32(model, images, quantised, tmp_path):
    """Convolutions stay int8: something is rounded still, only less of it."""

    def output(model):
        compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        return np.concatenate([compiled([image[None]])[0] for image in images])

    sums = relaxed(quantised, Plan("sums", sums=True))
    write(sums, tmp_path / "model.xml")
    exact = output(model)

    errors = [np.abs(output(m) - exact).mean() for m in (quantised, sums)]
    assert 0 < errors[1] < errors[0]
    reread = output(openvino.Core().read_model(tmp_path / "model.xml"))
    np.testing.assert_allclose(reread, output(sums), rtol=1e-4, atol=1e-4)
