"""At least a thousand inputs that are broken or hostile, always the same ones."""

import struct
from collections.abc import Iterator

import bombs
import numpy as np
import seeds
from damage import damaged
from places import Case, file_case, folders, sparse_case
from pydicom import uid


def cases() -> Iterator[Case]:
    """All of them, one at a time."""
    for name, data in seeds.healthy().items():
        yield file_case(name, data)
        for how, broken in damaged(name, data):
            yield file_case(how, broken)
    for source in (
        bombs.pictures, bombs.dicoms, bombs.directories, bombs.niftis, bombs.zips,
        lying_dicoms, odd_dicoms, lying_pictures, lying_niftis, strangers, wrong_names,
    ):  # fmt: skip
        for name, data in source():
            yield file_case(name, data)
    for name, start, size in bombs.large_dicoms():
        yield sparse_case(name, start, size)
    yield from named()
    yield from folders()


def lying_dicoms() -> Iterator[tuple[str, bytes]]:
    """Headers that say something else than the pixel data, or than anything could be."""
    numbers = {
        "Rows": (0, 1, 15, 17, 4096, 8193, 65535),
        "Columns": (0, 1, 15, 17, 4096, 8193, 65535),
        "BitsAllocated": (0, 1, 8, 12, 32, 64, 65535),
        "BitsStored": (0, 1, 17, 65535),
        "HighBit": (0, 16, 65535),
        "SamplesPerPixel": (0, 2, 3, 4, 65535),
        "PixelRepresentation": (1, 2, 65535),
        "NumberOfFrames": (0, -1, 2, 2**31 - 1),
        "PlanarConfiguration": (1, 2),
        "PixelPaddingValue": (0, 65535),
        "RescaleSlope": (0, -0.0, "1e308", "-1e308", "1e-320"),
        "RescaleIntercept": ("1e308", "-1e308"),
        "PixelSpacing": ([0, 0], [-1, 1], [1], ["1e308", "1e308"]),
        "ImagePositionPatient": ([0, 0], ["1e308"] * 3),
        "ImageOrientationPatient": ([0] * 6, [1] * 6, [1, 0, 0], ["1e308"] * 6),
        "PhotometricInterpretation": ("RGB", "PALETTE COLOR", "YBR_FULL", "NONSENSE", ""),
        "InstanceNumber": (-(2**31), 2**31 - 1),
    }
    for keyword, values in numbers.items():
        for value in values:
            yield f"DICOM with {keyword} {value}", seeds.dicom(**{keyword: value})
    for width in (0, -1, "1e-320"):
        elements = {"WindowWidth": width, "WindowCenter": 40, "Modality": "MR"}
        yield f"MR with window width {width}", seeds.dicom(**elements)
    for count in (1, 2, 4, 2**31 - 1):
        yield f"3 frames called {count}", seeds.enhanced(NumberOfFrames=count)
    for groups in ([], [seeds.item()], [seeds.item()] * 3):
        name = f"functional groups: {len(groups)} empty ones"
        yield name, seeds.enhanced(PerFrameFunctionalGroupsSequence=groups)


def odd_dicoms() -> Iterator[tuple[str, bytes]]:
    """Huge, endless, deep and double-faced data sets."""
    scan = seeds.dicom()
    at = scan.index(b"\x28\0\x02\0US")
    private = struct.pack("<HH2s2xI", 0x0009, 0x1001, b"OB", 60 * 2**20) + bytes(60 * 2**20)
    yield "private tag of 60 MB", scan[:at] + private + scan[at:]
    for length in (0xFFFFFFF0, 0x7FFFFFFF, 0xFFFFFFFF):
        header = struct.pack("<HH2s2xI", 0x0009, 0x1001, b"OB", length)
        yield f"private tag of {length} bytes", scan[:at] + header + scan[at:]
    for group, element in ((0x0009, 0x1001), (0x0018, 0x9346), (0x5200, 0x9229)):
        for depth in (100, 5000, 50_000):
            sequence = struct.pack("<HH2s2xI", group, element, b"SQ", 0xFFFFFFFF)
            opened = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
            where = at if group < 0x28 else scan.index(b"\xe0\x7f\x10\0")
            deep = (sequence + opened) * depth
            yield f"{depth} sequences in {group:04x}", scan[:where] + deep + scan[where:]
    many = b"".join(struct.pack("<HH2sH", 0x0011, n, b"LO", 0) for n in range(0x1000, 0xFFFF))
    yield "60,000 private tags", scan[:at] + many + scan[at:]
    png, page = seeds.picture("PNG"), b"<html><script>alert(1)</script>"
    for start in (png[:128], b"MZ", b"\x7fELF", b"PK\3\4", b"PK\5\6", b"II*\0", b"%PDF-1.7", page,
                  b"\x1f\x8b\x08\0", b"BM", b"RIFF\0\0\0\0WEBP"):  # fmt: skip
        yield f"DICOM preamble {start[:6]!r}", start.ljust(128, b"\0")[:128] + scan[128:]
    yield "DICOM and zip in one", scan + seeds.zipped({"a": scan})
    yield "PNG and zip in one", png + seeds.zipped({"a": scan})
    yield "PNG and page in one", png + page
    for count in (1, 3):
        stored = np.stack([seeds.STORED] * 2)
        streams = [seeds.JPEG_LS] * count
        yield (
            f"{count} codestreams for 2 frames",
            seeds.wrapped(streams, uid.JPEGLSLossless, stored, NumberOfFrames=2),
        )
    syntaxes = [uid.JPEGBaseline8Bit, uid.JPEGLSLossless, uid.JPEG2000, uid.RLELossless,
                uid.HTJ2K, uid.MPEG2MPML, uid.JPEGExtended12Bit]  # fmt: skip
    for syntax in syntaxes:
        for stream in (b"\0\0", b"noise", seeds.JPEG_LOSSLESS, seeds.picture("JPEG"), png):
            name = f"{uid.UID(syntax).name} around {stream[:4]!r}"
            yield name, seeds.wrapped([stream], syntax)
    yield "directory without a disc", seeds.dicomdir(["IM1"], ["..", "..", "etc", "passwd"])


def lying_pictures() -> Iterator[tuple[str, bytes]]:
    """Picture headers with sizes that are not those of the picture."""
    for width, height in ((0, 0), (1, 0), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1), (8193, 1)):
        yield f"PNG of {width} × {height}", bombs.png(width, height, body=b"")
    jpeg, bmp = bytearray(seeds.picture("JPEG")), bytearray(seeds.picture("BMP"))
    webp, tiff = bytearray(seeds.picture("WEBP")), bytearray(seeds.picture("TIFF"))
    sof = jpeg.index(b"\xff\xc0") + 5
    for size in (0, 1, 8192, 65535):
        yield (
            f"JPEG of {size}²",
            bytes(jpeg[:sof] + struct.pack(">HH", size, size) + jpeg[sof + 4 :]),
        )
    for size in (0, -1, 8192, 2**31 - 1):
        yield f"BMP of {size}²", bytes(bmp[:18] + struct.pack("<ii", size, size) + bmp[26:])
    for canvas in (8193, 16_384, 2**24):
        three = (canvas - 1).to_bytes(3, "little")
        start = b"VP8X\n\0\0\0" + bytes([2, 0, 0, 0]) + three * 2
        body = b"WEBP" + start + bytes(webp[12:])
        yield f"WebP of {canvas}²", b"RIFF" + struct.pack("<I", len(body)) + body
    entries = struct.unpack_from("<I", tiff, 4)[0]
    for tag in range(struct.unpack_from("<H", tiff, entries)[0]):
        for value in (0, 8192, 2**32 - 1):
            lie = bytearray(tiff)
            struct.pack_into("<II", lie, entries + 2 + 12 * tag + 4, max(1, value % 7), value)
            yield f"TIFF with entry {tag} of {value}", bytes(lie)
    loop = bytearray(tiff)
    struct.pack_into(
        "<I", loop, entries + 2 + 12 * struct.unpack_from("<H", tiff, entries)[0], entries
    )
    yield "TIFF whose next picture is itself", bytes(loop)


def lying_niftis() -> Iterator[tuple[str, bytes]]:
    """Volumes whose header or values make no sense."""
    hu = seeds.volume()
    for dim in (
        (0,) * 8, (8,) * 8, (3, -1, 16, 8, 1, 1, 1, 1), (3, 32767, 32767, 32767, 1, 1, 1, 1),
        (3, 16, 16, 9, 1, 1, 1, 1), (3, 16, 0, 8, 1, 1, 1, 1), (7, 2, 2, 2, 2, 2, 2, 2),
        (4, 16, 16, 4, 2, 1, 1, 1), (1, 16, 1, 1, 1, 1, 1, 1), (3, 8192, 8192, 8192, 1, 1, 1, 1),
        (4, 16, 16, 8, 32767, 1, 1, 1), (7, 16, 16, 8, 32767, 32767, 32767, 32767),
    ):  # fmt: skip
        yield f"NIfTI with dim {dim}", seeds.nifti(hu, dim=dim)
        yield f"gzipped NIfTI with dim {dim}", seeds.gzipped(seeds.nifti(hu, dim=dim))
    for field, values in {
        "vox_offset": (-1, 0, 100, 348, 1e9, np.nan, np.inf, 3e38),
        "datatype": (0, 1, 32, 128, 255, 1536, 1792, 2304, -1),
        "bitpix": (0, 8, 32),
        "scl_slope": (0, np.nan, np.inf, -1, 3e38, 1e-45),
        "scl_inter": (np.nan, np.inf, 3e38, -3e38),
        "sform_code": (0, -1, 99),
        "srow_x": ((0,) * 4, (np.nan,) * 4, (np.inf,) * 4, (3e38,) * 4, (1e-45, 0, 0, 0)),
        "srow_z": ((1, 0, 0, 0), (0, 0, 0, 0), (np.nan, 0, 5, 0)),
        "magic": (b"ni1\0", b"n+2\0", b"n+1 "),
        "sizeof_hdr": (0, 540, 349),
        "xyzt_units": (255,),
    }.items():
        for value in values:
            yield f"NIfTI with {field} {value}", seeds.nifti(hu, **{field: value})
    quaternion = {"sform_code": 0, "qform_code": 1, "quatern_b": np.nan, "pixdim": (np.nan,) * 8}
    yield "NIfTI with a quaternion of nothing", seeds.nifti(hu, **quaternion)
    for value in (np.nan, np.inf, -np.inf, 3e38, -3e38):
        for part in (1, 300, hu.size):
            values = hu.astype(np.float32)
            values.ravel()[:part] = value
            yield f"NIfTI with {part} × {value}", seeds.nifti(values)


STRANGERS = {
    "SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "SVG that loads a file": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "page": b"<!doctype html><html><script>alert(1)</script></html>",
    "EXE": b"MZ\x90\0" + bytes(60) + b"PE\0\0" + bytes(2000),
    "ELF": b"\x7fELF\2\1\1" + bytes(2000),
    "script": b"#!/bin/sh\nrm -rf /\n",
    "PDF": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "GIF": b"GIF89a\xff\xff\xff\xff\0\0\0",
    "MP4": b"\0\0\0\x18ftypmp42" + bytes(500),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(500),
    "RAR": b"Rar!\x1a\x07\x01\0" + bytes(500),
    "tar": b"a".ljust(257, b"\0") + b"ustar\0" + bytes(1000),
    "gzip": seeds.gzipped(b"a letter"),
    "pickle": b"\x80\x04\x95\x1e\0\0\0\0\0\0\0\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99999 99999\n",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(500),
    "text": b"a letter about the patient\n" * 100,
    "JSON": b"[" * 100_000,
    "BOM": "\ufeffDOE".encode("utf-16"),
    "nothing": b"",
    "one byte": b"\0",
    "a page of zeros": bytes(4096),
}


def strangers() -> Iterator[tuple[str, bytes]]:
    """Other files."""
    yield from STRANGERS.items()


def wrong_names() -> Iterator[tuple[str, bytes]]:
    """A few bytes of each signature and nothing, or noise, after them."""
    noise = np.random.default_rng(5).integers(0, 256, 3000, np.uint8).tobytes()
    for name, data in seeds.healthy().items():
        for kept in (2, 4, 8, 16, 64, 140, 360):
            yield f"{kept} bytes of {name}, then noise", data[:kept] + noise


def named() -> Iterator[Case]:
    """Files whose names lie, or are hardly names."""
    for name, data in {**seeds.healthy(), **STRANGERS}.items():
        for ending in (".png", ".dcm", ".nii.gz", ".zip", ""):
            yield file_case(f"{name} named {ending!r}", data, f"{seeds.MARKER}{ending}")
    for name in ("頭部CT✚🧠", "a\nb", "\u202egnp.mcd", "a" * 255, "-rf", "%s%n", "a;b|c", "'\"<b>"):
        yield file_case(f"the name {name[:10]!r}", seeds.dicom(), name)
    for path in (
        "a" * 4000,
        "a/" * 2000,
        "a\0b",
        "",
        "\udcff",
        "~",
        "/dev/zero",
        "/dev/stdin",
        "/proc",
    ):
        yield Case(f"the path {path[:10]!r}", lambda _, path=path: path)
