"""The one exception tree of hemo.

    HemoError
    ├── ReadError                a file could not be turned into slices
    │   ├── UnsupportedFileError     hemo does not read this kind of file
    │   ├── BrokenFileError          the right kind, but damaged or contradictory
    │   └── TooLargeError            larger than hemo is willing to decode
    ├── WeightsError             a model file or its card is missing, changed or does not fit
    ├── DataError                a training or evaluation folder is not laid out as described
    └── MissingExtraError        an optional feature whose packages are not installed

The text of every one of them is a sentence that a clinician can be shown. Only the page and the
command line catch ``HemoError``; nothing catches ``Exception``.
"""


class HemoError(Exception):
    """Anything that hemo cannot do, said in one sentence without a patient's name in it."""


class ReadError(HemoError):
    """A file could not be turned into slices."""


class UnsupportedFileError(ReadError):
    """hemo does not read this kind of file."""


class BrokenFileError(ReadError):
    """A file of a known kind that is damaged or contradicts itself."""


class TooLargeError(ReadError):
    """A picture larger than hemo is willing to decode."""


class WeightsError(HemoError):
    """A model file or its card is missing, has changed, or does not fit the network."""


class DataError(HemoError):
    """A training or evaluation folder is not laid out as described."""


class MissingExtraError(HemoError):
    """An optional feature was asked for whose packages are not installed."""

    def __init__(self, feature: str, packages: str) -> None:
        super().__init__(f"{feature} needs what is not installed here: pip install {packages}")
