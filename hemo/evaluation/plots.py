"""Pictures of figures, never of slices: drawn from the card's evaluation into weights/plots/."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hemo.errors import MissingExtraError
from hemo.evaluation.schema import Evaluation, FigureJson, Robustness, Size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
else:
    Axes = Any  # matplotlib is imported when something is drawn, not before

INK, QUIET, GRID = "#1b1f24", "#7a828c", "#e3e6ea"
COLOURS = ("#b8620b", "#2f6690", "#5b8c5a", "#8a4f7d")  # the first is the page's amber, darker
STYLE = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.hashsalt": "hemo",  # the same figures give the same file
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}


def check_plots() -> None:
    """Say at once, not after the readings, what is missing.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise MissingExtraError("Drawing the evaluation's plots", "-e '.[evaluate]'")


def write_plots(evaluation: Evaluation, folder: Path) -> list[str]:
    """Draw every plot that there are figures for; returns the files' names.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    check_plots()
    import matplotlib as mpl

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    with mpl.rc_context(STYLE):
        drawn = [name for name, draw in PLOTS.items() if draw(evaluation, folder / f"{name}.svg")]
    return [f"{name}.svg" for name in drawn]


def _figure(
    path: Path,
    columns: int,
    draw: Callable[[Sequence[Axes]], None],
    *,
    width: float = 3.6,
    height: float = 3.2,
) -> bool:
    """One picture of axes side by side, without a display, a date or a window system."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * columns, height), layout="constrained")
    draw(figure.subplots(1, columns, squeeze=False)[0])
    FigureCanvasSVG(figure).print_svg(path, metadata={"Date": None})
    return True


def _curves(evaluation: Evaluation, path: Path) -> bool:
    """ROC and precision–recall of every source."""
    tests = [t for t in evaluation["test"].values() if "curve" in t]
    if not tests:
        return False

    def draw(axes: Sequence[Axes]) -> None:
        for test, colour in zip(tests, COLOURS, strict=False):
            points = test["curve"]
            found = [p["sensitivity"] for p in points]
            axes[0].step(
                [1 - p["specificity"] for p in points],
                found,
                where="post",
                color=colour,
                label=f"{test['label']}: AUC {test['auc']['value']:.3f}",
            )
            axes[1].plot(
                found,
                [p["precision"] for p in points],
                color=colour,
                label=f"{test['label']}: AP {test['average_precision']['value']:.3f}",
            )
            axes[1].axhline(test["positives"] / test["n"], color=colour, lw=0.8, ls=":")
        axes[0].plot([0, 1], [0, 1], color=QUIET, lw=0.8, ls=":")
        _named(axes[0], "1 - specificity", "sensitivity", "ROC (dotted: chance)")
        _named(axes[1], "sensitivity", "precision", "Precision–recall (dotted: chance)")

    return _figure(path, 2, draw)


def _reliability(evaluation: Evaluation, path: Path) -> bool:
    """Predicted against observed, with intervals."""
    tests = [t for t in evaluation["test"].values() if "calibration" in t]
    if not tests:
        return False

    def draw(axes: Sequence[Axes]) -> None:
        for ax, test in zip(axes, tests, strict=True):
            shown = test["calibration"]
            ax.plot([0, 1], [0, 1], color=QUIET, lw=0.8, ls=":")
            means = [b["mean"] for b in shown["bins"]]
            _bars(ax, means, [b["observed"] for b in shown["bins"]], COLOURS[0])
            for b in shown["bins"]:
                ax.annotate(str(b["n"]), (b["mean"], -0.06), color=QUIET, fontsize=7, ha="center")
            ece, floor = shown["ece"]["value"], shown["ece_floor"]["value"]
            title = f"{test['label']}: ECE {ece:.3f} (by chance {floor:.3f})"
            _named(ax, "predicted probability (n below)", "observed share", title, legend=False)
            ax.set_ylim(-0.1, 1.03)

    return _figure(path, len(tests), draw)


def _painted(evaluation: Evaluation, path: Path) -> bool:
    """Sensitivity by kind and size, brightness alone beside it."""
    if "painted" not in evaluation:
        return False
    rows: list[tuple[str, FigureJson, FigureJson]] = []
    for kind in evaluation["painted"]["kinds"].values():
        whole = [(kind["label"], kind["sensitivity"], kind["baseline"])]
        sizes = [
            (f"{s.get('age', '')} {kind['label']} {_range(s)}", s["sensitivity"], s["baseline"])
            for s in (*kind["sizes"], *kind.get("ages", []))
        ]
        rows += sizes or whole

    def draw(axes: Sequence[Axes]) -> None:
        ax, places = axes[0], list(range(len(rows)))[::-1]
        for column, colour, name in ((1, COLOURS[0], "model"), (2, QUIET, "brightness alone")):
            figures: list[Any] = [row[column] for row in rows]
            values = [f["value"] for f in figures]
            ax.errorbar(
                values,
                places,
                xerr=_spread(figures),
                fmt="o",
                ms=4,
                lw=1.2,
                color=colour,
                label=name,
            )
        ax.set_yticks(places, [row[0] for row in rows])
        ax.axvline(0.9, color=QUIET, lw=0.8, ls=":")
        _named(ax, "sensitivity at 95 % specificity", "", "Painted bleeds, unseen heads")
        ax.set_xlim(-0.03, 1.03)
        ax.set_ylim(-0.7, len(rows) - 0.3)
        ax.legend(loc="upper left", bbox_to_anchor=(0, -0.22), ncols=2)

    return _figure(path, 1, draw, width=6, height=0.9 + 0.27 * len(rows))


def _range(size: Size) -> str:
    return f"{size['low_mm']:g}–{size['high_mm']:g} mm"


def _robustness(evaluation: Evaluation, path: Path) -> bool:
    """AUC over the level of each alteration."""
    found = [a for a in evaluation["robustness"].values() if a["points"]]
    if not found:
        return False

    def draw(axes: Sequence[Axes]) -> None:
        lowest = min(
            p[name]["low"] for a in found for p in a["points"] for name in ("auc", "baseline")
        )
        for ax, alteration in zip(axes, found, strict=True):
            _alteration(ax, alteration)
            ax.set_ylim(min(lowest, 0.5), 1.02)
        axes[0].set_ylabel("AUC")
        axes[0].legend(loc="lower left")

    return _figure(path, len(found), draw, width=2.6, height=2.8)


def _alteration(ax: Axes, alteration: Robustness) -> None:
    points = alteration["points"]
    places = list(range(len(points)))
    _bars(ax, places, [p["auc"] for p in points], COLOURS[0], "model", line=True)
    _bars(ax, places, [p["baseline"] for p in points], QUIET, "brightness alone", line=True)
    for place, point in enumerate(points):
        if point["level"] == alteration["unaltered"]:
            ax.axvline(place, color=QUIET, lw=0.8, ls=":")
    full = "full" if alteration["unit"] == "pixels" else ""
    ax.set_xticks(
        places,
        [
            full if full and p["level"] == alteration["unaltered"] else f"{p['level']:g}"
            for p in points
        ],
    )
    unit = f" ({alteration['unit']})" if alteration["unit"] else ""
    ax.set_xlabel(alteration["label"] + unit)


def _prevalence(evaluation: Evaluation, path: Path) -> bool:
    """Predictive values over prevalence."""
    rows = evaluation["prevalence"]
    if not rows:
        return False

    def draw(axes: Sequence[Axes]) -> None:
        shares = [row["prevalence"] for row in rows]
        for name, colour in (("ppv", COLOURS[0]), ("npv", COLOURS[1])):
            figures = [row["ppv"] if name == "ppv" else row["npv"] for row in rows]
            axes[0].plot(shares, [f["value"] for f in figures], color=colour, label=name.upper())
            lows, highs = [f["low"] for f in figures], [f["high"] for f in figures]
            axes[0].fill_between(shares, lows, highs, color=colour, alpha=0.15, lw=0)
        _named(axes[0], "share of slices with hemorrhage", "predictive value", "At the threshold")

    return _figure(path, 1, draw)


def _bars(
    ax: Axes,
    places: Sequence[float],
    figures: list[FigureJson],
    colour: str,
    label: str | None = None,
    *,
    line: bool = False,
) -> None:
    """Figures with their intervals."""
    values, style = [f["value"] for f in figures], "o-" if line else "o"
    ax.errorbar(
        places, values, yerr=_spread(figures), fmt=style, ms=4, lw=1.2, color=colour, label=label
    )


def _spread(figures: list[FigureJson]) -> list[list[float]]:
    """How far each interval reaches below and above its value."""
    return [
        [max(f["value"] - f["low"], 0) for f in figures],
        [max(f["high"] - f["value"], 0) for f in figures],
    ]


def _named(ax: Axes, x: str, y: str, title: str, *, legend: bool = True) -> None:
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.set_title(title, fontsize=9, color=INK, loc="left")
    ax.set_xlim(-0.03, 1.03)
    if legend:
        ax.legend(loc="best")


PLOTS: dict[str, Callable[[Evaluation, Path], bool]] = {
    "curves": _curves,
    "reliability": _reliability,
    "painted": _painted,
    "robustness": _robustness,
    "prevalence": _prevalence,
}
