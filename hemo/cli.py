"""``python -m hemo``: read, demo, cases, train, evaluate, export, phantom, import-checkpoint."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hemo import overlay, weights
from hemo.errors import HemoError, ReadError
from hemo.reader import ENGINES, Reader, Reading
from hemo.reading import read
from hemo.report import to_json
from hemo.slice import Slice
from hemo.windowing import to_display

DONE, FAILED, MISUSED = 0, 1, 2
MOST_PHANTOMS = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 done, 1 could not be done, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except HemoError as error:
        return _complain(str(error), FAILED)
    except OSError as error:
        return _complain(f"{error.filename or 'a file'}: {error.strerror or error}", FAILED)
    except KeyboardInterrupt:
        return _complain("stopped", 130)


def _complain(sentence: str, status: int) -> int:
    print(f"hemo: {sentence}", file=sys.stderr)
    return status


def _read(options: argparse.Namespace) -> int:
    """Read files; one that cannot be read is named on standard error and the others go on."""
    pictures = options.overlay or options.evidence
    if pictures and len(options.files) > 1:
        return _complain("--overlay and --evidence take one FILE", MISUSED)
    reader = Reader.load(options.weights, engine=options.engine)
    found, status = [], DONE
    for file in options.files:
        try:
            slices = read(file)
        except ReadError as error:
            status = _complain(f"{file}: {error}", FAILED)
            continue
        results = reader.read_many(slices, anyway=options.anyway)
        found += [to_json(file, s, r) for s, r in zip(slices, results, strict=True)]
        if pictures and not isinstance(results[0], Reading):
            status = _complain(f"{file}: no reading, so no overlay or evidence", status)
        elif pictures and isinstance(results[0], Reading):
            _write_pictures(options, slices[0], results[0], reader.card)
    _write_text(json.dumps(found, indent=1), options.json)
    return status


def _write_text(text: str, path: str | None) -> None:
    if path:
        Path(path).write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def _write_pictures(
    options: argparse.Namespace, slice_: Slice, reading: Reading, card: weights.Card
) -> None:
    if options.overlay:
        coloured = overlay.colour(reading.evidence.per_cell, card.evidence_scale)
        picture = overlay.blend(to_display(slice_, card.preprocessing.window), coloured)
        Path(options.overlay).write_bytes(overlay.to_png(picture))
    if options.evidence:
        with Path(options.evidence).open("wb") as file:  # numpy would add .npy to another name
            np.save(file, reading.evidence.values)


def _demo(options: argparse.Namespace) -> int:
    from hemo.ui.page import launch

    launch(
        lambda: Reader.load(options.weights, engine=options.engine),
        host=options.host,
        port=options.port,
        open_browser=not options.no_browser,
        cases=Path(options.cases) if options.cases else None,
    )
    return DONE


def _cases(options: argparse.Namespace) -> int:
    """Run the model over hard synthetic heads and write down which of them it gets wrong."""
    from hemo.teaching.curate import curate
    from hemo.teaching.misses import FILE, write_misses

    folder = Path(options.weights) if options.weights else weights.DEFAULT
    reader = Reader.load(options.weights, engine=options.engine)

    def told(done: int, found: int) -> None:
        print(f"{done} of {options.count} heads read, {found} read wrongly", file=sys.stderr)

    misses = curate(reader, options.count, told)
    out = Path(options.out) if options.out else folder / FILE
    write_misses(out, reader.card.version, options.count, misses)
    print(f"wrote {out}: {len(misses)} cases that model {reader.card.version} gets wrong")
    return DONE


def _train(options: argparse.Namespace) -> int:
    from hemo.evaluation.notebook import repeat_notebook
    from hemo.training.recipes import QUICK, RECIPES
    from hemo.training.train import train

    if not options.quick and not (options.data and options.init):
        return _complain("train needs --data and --init, or --quick", MISUSED)
    data, out = [Path(folder) for folder in options.data], Path(options.out)
    name = "quick" if options.quick else options.recipe
    run = Path(options.run_folder or f"runs/{name}")
    if options.quick:
        train([], "trunk", out, QUICK, run=run, size=options.size, seed=options.seed)
    elif options.recipe == "notebook":
        found = repeat_notebook(data, options.init, out, run, size=options.size, seed=options.seed)
        for way, figure in found.items():
            print(f"accuracy, split by {way}: {figure} on {figure.n} slices")
    else:
        recipe = RECIPES[name]
        train(data, options.init, out, recipe, run=run, size=options.size, seed=options.seed)
    return DONE


def _evaluate(options: argparse.Namespace) -> int:
    from hemo.evaluation.evaluate import STORE, Amounts, evaluate
    from hemo.evaluation.model_card import summary

    folder = Path(options.weights) if options.weights else weights.DEFAULT
    if options.trust:
        return _evaluate_trust(folder, options)
    evaluate(
        folder,
        [Path(path) for path in options.data],
        amounts=Amounts(options.phantoms, options.painted, options.altered),
        without=Path(options.left_out) if options.left_out else None,
        plots=not options.no_plots,
        store=None if options.fresh else STORE,
        engine=options.engine,
    )
    print(summary(weights.read_card(folder)))
    return DONE


def _evaluate_trust(folder: Path, options: argparse.Namespace) -> int:
    from hemo.evaluation.trust import Amounts, evaluate_trust, summary

    data, amounts = [Path(path) for path in options.data], Amounts(options.bleeds, options.slices)
    print(summary(evaluate_trust(folder, data, amounts=amounts, engine=options.engine)))
    return DONE


def _export(options: argparse.Namespace) -> int:
    from hemo.compression.export import export

    folder = Path(options.weights) if options.weights else weights.DEFAULT
    print(export(folder, [Path(path) for path in options.data]))
    return DONE


def _phantom(options: argparse.Namespace) -> int:
    from hemo import phantom

    drawn = phantom.draw(
        None if options.kind == "none" else options.kind,
        seed=options.seed,
        side=options.side,
        size_mm=options.size_mm,
    )
    out = Path(options.out)
    write = phantom.write_dicom if out.suffix.lower() == ".dcm" else phantom.write_png
    write(drawn.slice, out)
    if options.mask:
        Path(options.mask).write_bytes(overlay.to_png(drawn.mask.astype(np.uint8) * 255))
    return DONE


def _import_checkpoint(options: argparse.Namespace) -> int:
    from hemo.training.notebook_checkpoint import import_checkpoint

    card = import_checkpoint(Path(options.file), Path(options.out))
    print(f"wrote {options.out}: {card.labels[0]} / {card.labels[1]}, head {card.head}")
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hemo",
        description="Find a brain hemorrhage on a head-CT slice, and see what the finding is made "
        "of. Teaching and research. Not a medical device.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_read(commands.add_parser("read", help="read slices; JSON on standard output"))
    _add_demo(commands.add_parser("demo", help="open the page in a browser"))
    _add_cases(commands.add_parser("cases", help="look for what the model gets wrong, to teach it"))
    _add_train(commands.add_parser("train", help="train a model"))
    _add_evaluate(commands.add_parser("evaluate", help="measure a model on groups it never saw"))
    _add_export(commands.add_parser("export", help="write the int8 model that openvino runs"))
    _add_phantom(commands.add_parser("phantom", help="draw a synthetic slice"))
    _add_import(
        commands.add_parser("import-checkpoint", help="take over a checkpoint of the notebook")
    )
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weights", metavar="DIR", help="model folder (default: weights/)")
    parser.add_argument("--engine", choices=ENGINES, help="what computes (default: the fastest)")


def _add_read(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="DICOM, NIfTI, a picture, a zip or a folder of a series",
    )
    parser.add_argument("--json", metavar="OUT.json", help="write there instead of printing")
    parser.add_argument("--overlay", metavar="OUT.png", help="the slice under its evidence")
    parser.add_argument("--evidence", metavar="OUT.npy", help="float32 [H, W], logits per pixel")
    parser.add_argument(
        "--anyway", action="store_true", help="read what the gate would refuse by judgement"
    )
    _add_model(parser)
    parser.set_defaults(run=_read)


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=None, help="address to listen on (default: this machine)")
    parser.add_argument("--port", type=int, default=None, help="default: the first free from 7860")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--cases",
        metavar="DIR",
        help="a teacher's cases: labels.csv (file, hemorrhage[, mask, note]) and its files",
    )
    _add_model(parser)
    parser.set_defaults(run=_demo)


def _add_cases(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=_count, default=360, help="synthetic heads to be read")
    parser.add_argument("--out", metavar="FILE", help="default: misses.json beside the weights")
    _add_model(parser)
    parser.set_defaults(run=_cases)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", nargs="+", default=[], metavar="DIR", help="see the README")
    parser.add_argument(
        "--init",
        metavar="PATH",
        help="start weights; 'torchvision' to download, 'shipped' to go on",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="minutes on synthetic heads alone, on the shipped trunk: to see that everything works",
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="model folder to write")
    parser.add_argument("--recipe", choices=("hemo", "short", "notebook"), default="hemo")
    parser.add_argument("--size", type=int, help="side of the input in pixels")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--run",
        dest="run_folder",
        metavar="DIR",
        help="state and log; a run that was killed goes on (default: runs/RECIPE)",
    )
    parser.set_defaults(run=_train)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", nargs="+", required=True, metavar="DIR", help="see the README")
    parser.add_argument(
        "--left-out",
        metavar="DIR",
        help="also measure this model, which saw no real hemorrhage and nothing of the 200",
    )
    for name, default, text in (
        ("phantoms", 60, "synthetic heads"),
        ("painted", 60, "heads to paint bleeds of every kind and size on"),
        ("altered", 80, "slices to alter in window, noise, JPEG, rotation and resolution"),
    ):
        parser.add_argument(
            f"--{name}", type=_count, default=default, metavar="N", help=f"{text} ({default})"
        )
    parser.add_argument("--no-plots", action="store_true", help="draw nothing")
    parser.add_argument(
        "--trust", action="store_true", help="measure the evidence maps of every method instead"
    )
    for name, default, text in (
        ("slices", 12, "with --trust: slices for what takes seconds each"),
        ("bleeds", 6, "with --trust: painted bleeds of each kind and size"),
    ):
        parser.add_argument(
            f"--{name}", type=_count, default=default, metavar="N", help=f"{text} ({default})"
        )
    parser.add_argument(
        "--fresh", action="store_true", help="read again what runs/evaluation/ remembers"
    )
    _add_model(parser)
    parser.set_defaults(run=_evaluate)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", nargs="+", required=True, metavar="DIR", help="see the README")
    parser.add_argument("--weights", metavar="DIR", help="model folder (default: weights/)")
    parser.set_defaults(run=_export)


def _add_phantom(parser: argparse.ArgumentParser) -> None:
    from hemo.bleeds import KINDS

    parser.add_argument("out", metavar="OUT", help="OUT.png, or OUT.dcm for DICOM")
    parser.add_argument("--kind", choices=(*KINDS, "none"), default="intraparenchymal")
    parser.add_argument("--side", choices=("left", "right"), help="of the patient")
    parser.add_argument("--size-mm", type=float, help="thickness or diameter of the bleed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mask", metavar="MASK.png", help="where the bleed is")
    parser.set_defaults(run=_phantom)


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.pth")
    parser.add_argument("--out", default="weights-imported", metavar="DIR")
    parser.set_defaults(run=_import_checkpoint)


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST_PHANTOMS:
        raise argparse.ArgumentTypeError(f"from 0 to {MOST_PHANTOMS}")
    return number
