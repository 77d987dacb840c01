"""Small files that are large inside, and containers that are not what they should be."""

import gzip
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import seeds
from pydicom import uid
from pydicom.tag import Tag


def zeros(size: int, kind: str = "zlib") -> bytes:
    """Deflated zeros ("zlib", "gzip" or "raw"): one block over and over, so that it is quick."""
    squeeze = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = squeeze.compress(bytes(2**20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    squeeze = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    body = block * (size >> 20) + squeeze.compress(bytes(size % 2**20)) + squeeze.flush()
    if kind == "gzip":
        checksum = 0
        for _ in range(size >> 20):
            checksum = zlib.crc32(bytes(2**20), checksum)
        checksum = zlib.crc32(bytes(size % 2**20), checksum)
        return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + body + struct.pack("<II", checksum, size)
    adler = struct.pack(">HH", size % 65521, 1)
    return b"\x78\xda" + body + adler if kind == "zlib" else body


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, bits: int = 8, color: int = 0, body: bytes | None = None) -> bytes:
    """A black PNG of any size, or one whose data is something else."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    if body is None:
        body = zeros(height * (1 + -(-width * samples * bits // 8)))
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pictures() -> Iterator[tuple[str, bytes]]:
    """Pictures that are too large, as large as is allowed, or pretend to be."""
    yield "13,000² PNG", png(13_000, 13_000)
    yield "PNG of the largest side", png(8192, 8192)
    for color in (0, 2, 4, 6):
        yield f"largest PNG that is read, colour type {color}", png(5792, 5792, color=color)
    yield "largest 16-bit PNG that is read", png(5792, 5792, 16)
    yield "largest 1-bit PNG that is read", png(8192, 4096, 1)
    yield "PNG without data", png(5000, 5000, body=zlib.compress(b""))
    yield "PNG with too much data", png(8, 8, body=zeros(300 * 2**20))
    for name in (b"zTXt", b"iCCP"):
        text = chunk(name, b"a\0\0" + zeros(200 * 2**20))
        yield (
            f"PNG with 200 MB in {name.decode()}",
            seeds.picture("PNG")[:33] + text + png(8, 8)[33:],
        )
    many = chunk(b"zTXt", b"a\0\0" + zeros(2**20)) * 200
    yield "PNG with 200 texts", seeds.picture("PNG")[:33] + many + png(8, 8)[33:]
    black = np.zeros((4096, 8192), np.uint8)
    for kind, options in {
        "TIFF": {"compression": "tiff_deflate"},
        "JPEG": {"quality": 1},
        "WEBP": {"lossless": True, "quality": 0, "method": 0},
    }.items():
        yield f"largest {kind} that is read", seeds.picture(kind, black, **options)


def dicoms() -> Iterator[tuple[str, bytes]]:
    """DICOM files that inflate, or multiply."""
    head = seeds.dicom(syntax=uid.DeflatedExplicitVRLittleEndian)
    at = head.index(b"1.2.840.10008.1.2.1.99") + 22
    yield "DICOM that inflates to 700 MB", head[:at] + zeros(700 * 2**20, "raw")
    yield "DICOM that inflates to 200 MB of elements", head[:at] + zeros(200 * 2**20, "raw")
    black = bytes([129, 0] * 4096)  # 256 times 4,096 zeros in RLE
    rle = struct.pack("<16I", 1, 64, *[0] * 14) + black
    stored = np.zeros((1024, 512), np.uint8)
    for frames in (200, 300):
        name = f"RLE DICOM of {frames} frames"
        elements = {"NumberOfFrames": frames, "RescaleSlope": 8}
        yield name, seeds.wrapped([rle] * frames, uid.RLELossless, stored, **elements)
    yield (
        "DICOM of 100,000 frames of one pixel",
        seeds.dicom(np.zeros((100_000, 1, 1), np.uint8), NumberOfFrames=100_000),
    )
    yield (
        "DICOM of 2,000 frames of one pixel",
        seeds.dicom(np.zeros((2000, 1, 1), np.uint8), NumberOfFrames=2000),
    )
    implicit = seeds.dicom(syntax=uid.ImplicitVRLittleEndian)
    at = implicit.index(b"\x28\0\x50\x10")
    long = implicit[at : at + 4] + struct.pack("<I", 60 * 2**20) + b"1\\" * (30 * 2**20)
    yield "60 MB of window centers", implicit[:at] + long + implicit[at + 16 :]
    for keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for size in (8, 60):
            items = b"\xfe\xff\0\xe0\0\0\0\0" * (size * 2**17)
            scan = seeds.dicom()
            at = scan.index(b"\xe0\x7f\x10\0")
            tag = struct.pack("<I", int(Tag(keyword)))
            tag = tag[2:] + tag[:2] + b"SQ\0\0" + struct.pack("<I", len(items))
            yield f"{size} MB of items in {keyword}", scan[:at] + tag + items + scan[at:]


def directories() -> Iterator[tuple[str, bytes]]:
    """A DICOMDIR of ten million records."""
    disc = seeds.dicomdir(["IM1"])
    at = disc.index(b"\x04\0\x20\x12SQ") + 8
    items = b"\xfe\xff\0\xe0\0\0\0\0" * 10**7
    yield "DICOMDIR of ten million records", disc[:at] + struct.pack("<I", len(items)) + items


def large_dicoms() -> Iterator[tuple[str, bytes, int]]:
    """The start of DICOM files with as many pixels as are read, and how long they are."""
    for rows, columns, frames, bits in (
        (1024, 1024, 120, 16), (512, 512, 512, 8), (512, 512, 250, 32), (5792, 5792, 1, 16),
        (512, 512, 600, 8), (1024, 1024, 126, 16),
    ):  # fmt: skip
        size = rows * columns * frames * bits // 8
        stored = np.zeros((1, 1), f"u{bits // 8}")
        lie = {"Rows": rows, "Columns": columns, "NumberOfFrames": frames, "PixelData": b"\0\0"}
        start = seeds.dicom(stored, **lie)[:-2]
        name = f"DICOM of {frames} × {columns} × {rows} of {bits} bits"
        yield name, start[:-4] + struct.pack("<I", size), len(start) + size


def niftis() -> Iterator[tuple[str, bytes]]:
    """Volumes that inflate."""
    one = np.zeros((1, 1, 1), np.uint8)
    for name, dim, kind, voxels in (
        ("largest NIfTI that is read", (3, 512, 512, 512), 2, 2**27),
        ("largest NIfTI of floats", (3, 8192, 4096, 4), 16, 2**29 - 352),
        ("largest NIfTI of doubles", (3, 512, 512, 255), 64, 512**2 * 255 * 8),
        ("NIfTI of 8 bytes a voxel", (3, 512, 512, 512), 64, 2**30),
        ("NIfTI of 1,000 volumes", (4, 512, 512, 20, 1000), 2, 2**29),
        ("NIfTI that is larger than it says", (3, 16, 16, 16), 2, 2**29),
        ("NIfTI that is smaller than it says", (3, 512, 512, 512), 2, 2**26),
    ):
        sizes = dim + (1,) * (8 - len(dim))
        bits = {2: 8, 16: 32, 64: 64}[kind]
        start = seeds.nifti(one, dim=sizes, datatype=kind, bitpix=bits, scl_slope=2)
        yield name, joined(start[:352], zeros(voxels, "gzip"))


def joined(start: bytes, rest: bytes) -> bytes:
    """Two gzip members, which are one file."""
    return gzip.compress(start, mtime=0) + rest


def entry(name: str, **fields: object) -> zipfile.ZipInfo:
    """A member of a zip file."""
    info = zipfile.ZipInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def zips() -> Iterator[tuple[str, bytes]]:
    """Zip files that unpack to too much or too many, or lead elsewhere."""
    scan = seeds.dicom()
    for size in (90, 600):
        yield f"zip bomb of {size} MB", zip_of([(entry("a"), size * 2**20)])
    yield "zip bomb of many", zip_of([(entry(f"{n}"), 10 * 2**20) for n in range(60)])
    yield "zip that says less than it holds", lying(zip_of([(entry("a"), 90 * 2**20)]), 90 * 2**20)
    yield "zip of 10,000 files", seeds.zipped({f"{n}.dcm": scan[:300] for n in range(10_000)})
    yield (
        "zip of 2,000 bad pictures",
        seeds.zipped({f"{n}": png(4000, 4000, body=b"") for n in range(2000)}, zipfile.ZIP_STORED),
    )
    yield (
        "zip of 100 large pictures",
        seeds.zipped(dict.fromkeys(map(str, range(100)), png(4000, 4000)), zipfile.ZIP_STORED),
    )
    bomb = seeds.dicom(syntax=uid.DeflatedExplicitVRLittleEndian)
    bomb = bomb[: bomb.index(b"1.2.840.10008.1.2.1.99") + 22] + zeros(100 * 2**20, "raw")
    yield (
        "zip of 100 deflated bombs",
        seeds.zipped(dict.fromkeys(map(str, range(100)), bomb), zipfile.ZIP_STORED),
    )
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield f"zip with method {method}", seeds.zipped({"a": bytes(10 * 2**20)}, method)
    for name in ("../a", "a/../../b", "/etc/passwd", "C:\\a", "..\\..\\a", "\\\\host\\a", "a/.."):
        yield f"zip with the path {name}", seeds.zipped({name: scan})
    link = entry("link", external_attr=(stat.S_IFLNK | 0o777) << 16, create_system=3)
    yield "zip with a link", zip_of([(link, b"/etc/passwd")])
    yield "zip with a link and a scan", zip_of([(link, b"/etc/passwd"), (entry("a"), scan)])
    inner = seeds.zipped({"a.dcm": scan})
    for depth in range(5):
        inner = seeds.zipped({f"{depth}.zip": inner})
        yield f"zip in a zip, {depth + 2} deep", inner
    locked = bytearray(seeds.zipped({"a": scan}))
    for at in (6, locked.rindex(b"PK\1\2") + 8):
        locked[at] |= 1
    yield "locked zip", bytes(locked)
    yield "empty zip", seeds.zipped({})
    yield "zip of folders", seeds.zipped({"a/": b"", "b/c/": b""})
    yield "zip of litter", seeds.zipped({"__MACOSX/a": scan, ".DS_Store": scan, "Thumbs.db": scan})
    yield "zip of one name", twice("same", scan)
    for name in ("a" * 4000, "頭部CT✚🧠", "a\nb.dcm", "\u202egnp.mcd", "CON", "a\0b", " "):
        yield f"zip with the name {name[:10]!r}", seeds.zipped({name: scan, name + "2": b"x"})
    directory = bytearray(seeds.zipped({"a": scan}))
    struct.pack_into("<I", directory, len(directory) - 10, 0xFFFFFFF0)
    yield "zip whose directory is 4 GB", bytes(directory)
    yield "zip with something before it", b"MZ" + bytes(1000) + seeds.zipped({"a": scan})
    yield "zip with two ends", seeds.zipped({"a": scan}) + seeds.zipped({"b": b""})
    yield "zip of overlapping files", overlapping()


def zip_of(entries: list[tuple[zipfile.ZipInfo, bytes | int]]) -> bytes:
    """A deflated zip file of contents, or of as many zeros."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for info, data in entries:
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as file:
                size = len(data) if isinstance(data, bytes) else data
                for at in range(0, size, 2**20):
                    step = min(2**20, size - at)
                    file.write(data[at : at + step] if isinstance(data, bytes) else bytes(step))
    return stream.getvalue()


def lying(data: bytes, size: int) -> bytes:
    """The size of what is unpacked replaced by 1,000 wherever it stands."""
    return data.replace(struct.pack("<I", size), struct.pack("<I", 1000))


def twice(name: str, data: bytes) -> bytes:
    """Two members of one name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zip_of([(entry(name), data), (entry(name), data)])


def overlapping() -> bytes:
    """A directory that names the same member a thousand times (Fifield's bomb in small)."""
    data = seeds.zipped({"a": bytes(2**20)})
    at = data.index(b"PK\1\2")
    end = data.index(b"PK\5\6")
    one = data[at:end]
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1000, 1000, 1000 * len(one), at, 0)
    return data[:at] + one * 1000 + tail
