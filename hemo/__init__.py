"""hemo: find a brain hemorrhage on a head-CT slice, and see what the finding is made of.

Teaching and research. Not a medical device.
"""

from hemo.errors import HemoError
from hemo.evidence import EvidenceMap
from hemo.gate import Refusal
from hemo.reader import Reader, Reading
from hemo.reading import read
from hemo.slice import Slice

__all__ = ["EvidenceMap", "HemoError", "Reader", "Reading", "Refusal", "Slice", "read"]
