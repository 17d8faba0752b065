"""What a visitor uploads: a picture of a digit, and files that are none. For tests."""
import io
import struct
import zlib

from PIL import Image, ImageDraw


def written(mode: str = "L", marks: str = "7", size=(400, 400), ink=255) -> bytes:
    """A PNG with a 7, two of them or nothing on it, white on black."""
    sheet, file = Image.new(mode, size), io.BytesIO()
    for k in range(len(marks)):
        left = size[0] * (k + 0.3 / len(marks)) / len(marks)
        right = left + 0.4 * size[0] / len(marks)
        points = [(left, 100), (right, 100), (left + (right - left) / 3, 300)]
        ImageDraw.Draw(sheet).line(points, ink, 34, "curve")
    sheet.save(file, "PNG")
    return file.getvalue()


def bomb() -> bytes:
    """A PNG that says it has 50,000 x 50,000 pixels."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(6251 * 500)))
            + chunk(b"IEND", b""))


BAD = {"empty": b"", "broken": b"\x89PNG\r\n\x1a\n and no more", "cut short": written()[:300], "bomb": bomb(),
       "vectors": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
       "blank": written(marks=""), "two digits": written(marks="77", size=(700, 400))}
