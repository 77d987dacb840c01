"""The skull on a windowed slice: found where bleeds are painted, see ``hemo.bleeds.skull``."""

from hemo.bleeds.skull import find_head

__all__ = ["find_head"]
