"""An evaluation made by hand, with values that can be worked out on paper."""


def figure(value, low, high, n):
    """A figure of the card."""
    return {"value": value, "low": low, "high": high, "n": n}


def _bin(low, n, mean, observed):
    return {"low": low, "high": low + 0.1, "n": n, "mean": mean, "observed": observed}


# Four thresholds over 10 hemorrhages and 40 others: found 0, 5, 9, 10; false alarms 0, 0, 4, 40.
CURVE = [
    {"threshold": 1.0000000000000002, "sensitivity": 0.0, "specificity": 1.0, "precision": 1.0},
    {"threshold": 0.8, "sensitivity": 0.5, "specificity": 1.0, "precision": 1.0},
    {"threshold": 0.3, "sensitivity": 0.9, "specificity": 0.9, "precision": 9 / 13},
    {"threshold": 0.01, "sensitivity": 1.0, "specificity": 0.0, "precision": 0.2},
]
SOURCE = {
    "label": "the ward",
    "n": 50,
    "groups": 12,
    "positives": 10,
    "refused": 3,
    "refused_positives": 1,
    "auc": figure(0.925, 0.81, 0.98, 50),
    "average_precision": figure(0.876, 0.7, 0.95, 50),
    "accuracy": figure(0.92, 0.81, 0.97, 50),
    "sensitivity": figure(0.8, 0.490162, 0.943318, 10),  # Wilson's of 8 in 10
    "specificity": figure(0.95, 0.835, 0.986, 40),
    "confusion": {"tp": 8, "fp": 2, "tn": 38, "fn": 2},
    "curve": CURVE,
    "operating": {
        "sensitivity_95": {
            "threshold": 0.1,
            "sensitivity": figure(1.0, 0.7225, 1.0, 10),
            "specificity": figure(0.5, 0.352, 0.648, 40),
        }
    },
    "calibration": {
        "ece": figure(0.06, 0.04, 0.12, 50),
        "ece_floor": figure(0.05, 0.02, 0.09, 50),
        "brier": figure(0.071, 0.05, 0.1, 50),
        "brier_of_prevalence": 0.16,
        "bins": [
            _bin(0.0, 36, 0.03, figure(0.0, 0.0, 0.1, 36)),
            _bin(0.5, 4, 0.55, figure(0.5, 0.15, 0.85, 4)),
            _bin(0.9, 10, 0.96, figure(0.8, 0.5, 0.94, 10)),
        ],
    },
    "pointing": figure(0.7, 0.4, 0.89, 10),
    "evidence_inside": figure(0.31, 0.2, 0.4, 10),
    "baseline": {
        "auc": figure(0.7, 0.6, 0.8, 50),
        "accuracy": figure(0.6, 0.46, 0.72, 50),
        "average_precision": figure(0.4, 0.3, 0.5, 50),
        "sensitivity": figure(0.6, 0.31, 0.83, 10),
        "specificity": figure(0.6, 0.45, 0.74, 40),
    },
}
OTHER = {**SOURCE, "label": "elsewhere", "n": 20, "positives": 4, "refused": 0, "groups": 1}
LEFT_OUT = {
    **{key: SOURCE[key] for key in ("auc", "accuracy", "sensitivity", "specificity", "baseline")},
    **{"label": "the ward", "model": "0.1", "trained_on": "elsewhere", "n": 50, "groups": 12},
    **{"positives": 10, "refused": 3, "average_precision": SOURCE["average_precision"]},
    "curve": CURVE,
}


def _sizes(found):
    return [
        {
            "low_mm": low,
            "high_mm": high,
            "sensitivity": figure(share, max(share - 0.2, 0), min(share + 0.2, 1), 20),
            "baseline": figure(0.2, 0.1, 0.4, 20),
        }
        for (low, high), share in zip([(2, 5), (5, 10), (10, 20)], found, strict=True)
    ]


PAINTED = {
    "heads": 7,
    "slices": 120,
    "negatives": 40,
    "at_specificity": 0.95,
    "threshold": 0.44,
    "specificity": figure(0.95, 0.83, 0.99, 40),
    "specificity_of_card": figure(0.9, 0.77, 0.96, 40),
    "kinds": {
        "subdural": {
            "label": "subdural",
            "measure": "thickness",
            "sizes": _sizes([0.25, 0.6, 0.95]),
            "ages": [
                {"age": "acute", **_sizes([0.8, 0, 0])[0]},
                {"age": "old", **_sizes([0.1, 0, 0])[0]},
            ],
            "sensitivity": figure(0.6, 0.47, 0.71, 60),
            "baseline": figure(0.2, 0.1, 0.3, 60),
            "auc": figure(0.85, 0.78, 0.91, 100),
        },
        "intraparenchymal": {
            "label": "intraparenchymal",
            "measure": "diameter",
            "sizes": _sizes([0.55, 0.9, 1.0]),
            "sensitivity": figure(0.82, 0.7, 0.9, 60),
            "baseline": figure(0.25, 0.15, 0.4, 60),
            "auc": figure(0.93, 0.88, 0.97, 100),
        },
        "subarachnoid": {
            "label": "subarachnoid",
            "measure": "",
            "sizes": [],
            "sensitivity": figure(0.5, 0.3, 0.7, 20),
            "baseline": figure(0.2, 0.1, 0.4, 20),
            "auc": figure(0.8, 0.7, 0.9, 60),
        },
    },
}


def _level(level, value, baseline, refused=0):
    return {
        "level": level,
        "auc": figure(value, value - 0.05, min(value + 0.04, 1), 48),
        "sensitivity": figure(0.8, 0.6, 0.9, 24),
        "specificity": figure(0.9, 0.7, 0.97, 24),
        "refused": refused,
        "baseline": figure(baseline, baseline - 0.1, baseline + 0.1, 48),
    }


ROBUSTNESS = {
    "noise": {
        "label": "added noise",
        "unit": "HU",
        "unaltered": 0,
        "points": [_level(0, 0.95, 0.7), _level(4, 0.9, 0.68), _level(12, 0.62, 0.55, refused=5)],
    },
    "rotation": {
        "label": "rotation",
        "unit": "°",
        "unaltered": 0,
        "points": [_level(n, 0.95 - n / 900, 0.7) for n in (0, 10, 20, 30, 90, 180)],
    },
}


def _places(pointing):
    return {
        "pointing": figure(pointing, 0.4, 0.89, 10),
        "inside": figure(0.31, 0.2, 0.4, 10),
        "dice_best": figure(0.45, 0.3, 0.6, 10),
        "iou_best": figure(0.29, 0.2, 0.4, 10),
        "dice_fixed": figure(0.36, 0.2, 0.5, 10),
        "iou_fixed": figure(0.22, 0.1, 0.3, 10),
    }


LOCALISATION = {
    "default": "guided",
    "chosen_by": "mean of pointing, share inside and Dice on validation groups",
    "methods": {
        "guided": {"label": "guided map", "validation": 0.5, "ward": _places(0.7)},
        "grad_cam": {
            "label": "Grad-CAM",
            "ward": _places(0.6),
            "painted": _places(0.55),
            "painted_kinds": {"subdural": {"all": _places(0.5)}},
        },
    },
    "best_by": {
        "against": "grad_cam",
        "ward": {"pointing": figure(0.1, -0.204, 0.4, 10), "inside": figure(-0.031, -0.1, 0, 10)},
    },
    "faithful_by": {"deletion": figure(0.058, 0.02, 0.1, 6), "road": figure(-0.004, -0.1, 0.1, 6)},
    "deletion": {"guided": figure(0.21, 0.1, 0.3, 6), "chance": figure(0.62, 0.5, 0.7, 6)},
    "insertion": {"guided": figure(0.81, 0.7, 0.9, 6)},
    "road": {"guided": figure(0.4, 0.3, 0.5, 6)},
    "randomisation": {
        "guided": {"head": figure(0.5, 0.3, 0.6, 3), "all": figure(0.04, -0.1, 0.2, 3)}
    },
    "stability": {
        "spread": figure(0.03, 0.01, 0.06, 12),
        "answer_changed": figure(0.02, 0.0, 0.05, 12),
    },
}
BANDS = {
    "miss_rate": 0.02,
    "low": 0.14,
    "high": 0.72,
    "guarantee": "Of 100 hemorrhages like those it was set on, at most 2 are called not seen.",
    "test": {
        "ward": {
            "missed": figure(0.1, 0.02, 0.4, 10),
            "false_alarms": figure(0.05, 0.01, 0.17, 40),
            "indeterminate": figure(0.12, 0.06, 0.24, 50),
        }
    },
}
FAILURES = [
    {
        "source": "ward",
        "kind": "missed",
        "name": "017",
        "level": "at the level of the ventricles",
        "what": "a thin subdural, 3 mm",
        "probability": 0.12,
        "reason": "fainter than what brain itself varies",
    }
]
EVALUATION = {
    "engine": "torch",
    "files": {"model.safetensors": "0" * 64},
    "date": "2026-11-26",
    "minutes": 3.0,
    "test": {"ward": SOURCE, "elsewhere": OTHER},
    "left_out": {"ward": LEFT_OUT},
    "painted": PAINTED,
    "robustness": ROBUSTNESS,
    "bands": BANDS,
    "calibration": {"method": "Platt"},
    "prevalence": [],
    "prevalence_basis": "",
    "failures": FAILURES,
    "not_tested": ["Children.", "Scanners of other makers."],
    "localisation": LOCALISATION,
}
