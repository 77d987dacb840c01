"""Draw the small pictures on the page's example buttons.

python docs/thumbnails.py
"""

from hemo.ui import examples, series_examples
from hemo.ui.thumbnails import draw, file_of


def main() -> None:
    """Write them where the page looks for them."""
    for group, module in (("slice", examples), ("series", series_examples)):
        for label, slice_ in module.fronts():
            file_of(group, label).write_bytes(draw(slice_))
            print(file_of(group, label))


if __name__ == "__main__":
    main()
