#!/usr/bin/env python3
"""Makes many small photographs that differ, out of a real one.

    make_photos.py FOLDER COUNT [--whole] [--per-folder N] [--from JPEG]

Each keeps the real photograph's EXIF and XMP with a position, heights and a time of its own, flown in strips 20 m apart, N (default 1,000) a folder. Without --whole the
thumbnail and the compressed image are cut off (about 3 KB a file, one block of the disk); with it each is as large as the real one and differs in its last bytes too.
Files get a time an hour ago, as a card reader's copies have.
"""
import argparse, os, struct, time

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLE = os.path.join(HERE, "..", "..", "samples", "photos", "DJI_0024.JPG")


def segments(jpeg):
    at = 2
    while jpeg[at + 1] != 0xDA:
        length = struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        yield jpeg[at + 1], jpeg[at + 4:at + 2 + length]
        at += 2 + length


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


class Exif:
    """The places in a big-endian EXIF block where values are to be written."""

    def __init__(self, content):
        self.bytes = bytearray(content)
        first = self.entries(struct.unpack_from(">I", content, 10)[0])
        self.gps = self.entries(self.offset(first[0x8825]))
        self.exif = self.entries(self.offset(first[0x8769]))

    def entries(self, at):
        at += 6
        count = struct.unpack_from(">H", self.bytes, at)[0]
        return {struct.unpack_from(">H", self.bytes, at + 2 + 12 * i)[0]: at + 2 + 12 * i for i in range(count)}

    def offset(self, entry):
        return struct.unpack_from(">I", self.bytes, entry + 8)[0]

    def cut_thumbnail(self):
        """Drops the second directory and what follows it; the values of the first ones lie before it in this file."""
        first = struct.unpack_from(">I", self.bytes, 10)[0] + 6
        link = first + 2 + 12 * struct.unpack_from(">H", self.bytes, first)[0]
        second = struct.unpack_from(">I", self.bytes, link)[0]
        if second:
            used = [self.offset(e) + 6 + 8 * struct.unpack_from(">I", self.bytes, e + 4)[0] for e in list(self.gps.values()) + list(self.exif.values())
                    if struct.unpack_from(">H", self.bytes, e + 2)[0] in (5, 10)]
            assert max(used) <= second + 6 + 60000
            thumbnail = self.entries(second)
            struct.pack_into(">I", self.bytes, link, 0)
            if 0x201 in thumbnail and self.offset(thumbnail[0x201]) + 6 > max(used):
                del self.bytes[self.offset(thumbnail[0x201]) + 6:]

    def angle(self, entry, degrees):
        at, units = self.offset(entry) + 6, round(abs(degrees) * 3600 * 100_000)
        struct.pack_into(">6I", self.bytes, at, units // 360_000_000, 1, units // 6_000_000 % 60, 1, units % 6_000_000, 100_000)


def photographs(source, whole):
    """A function from (number, longitude, latitude, seconds) to a file's bytes."""
    with open(source, "rb") as file:
        jpeg = file.read()
    parts = list(segments(jpeg))
    exif = Exif(next(c for m, c in parts if m == 0xE1 and c.startswith(b"Exif")))
    xmp = next(c for m, c in parts if m == 0xE1 and c.startswith(b"http://ns.adobe.com/xap"))
    rest = b"".join(segment(m, c) for m, c in parts if m not in (0xE0, 0xE1, 0xE2))
    if not whole:
        exif.cut_thumbnail()
        xmp = xmp.split(b"<?xpacket end")[0].rstrip() + b"<?xpacket end='w'?>"
    image = jpeg[len(jpeg) - len(jpeg[jpeg.rindex(b"\xff\xda"):]):] if whole else b"\xff\xd9"
    if whole:
        at = 2
        while jpeg[at + 1] != 0xDA:
            at += 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        image = jpeg[at:]
    mark = b'drone-dji:RelativeAltitude="'
    height = xmp.index(mark) + len(mark)
    digits = xmp.index(b'"', height) - height

    def one(number, longitude, latitude, seconds):
        exif.angle(exif.gps[2], latitude)
        exif.angle(exif.gps[4], longitude)
        taken = time.strftime("%Y:%m:%d %H:%M:%S", time.gmtime(1_770_000_000 + seconds)).encode()
        at = exif.offset(exif.exif[0x9003]) + 6
        exif.bytes[at:at + 19] = taken
        relative = b"+" + f"{100 + number % 20:.3f}".encode()[:digits - 1].ljust(digits - 1, b"0")
        packet = xmp[:height] + relative + xmp[height + digits:]
        return b"\xff\xd8" + segment(0xE1, bytes(exif.bytes)) + segment(0xE1, packet) + rest + image + struct.pack(">Q", number)

    return one


def make(folder, count, whole=False, per_folder=1000, source=SAMPLE):
    one, old = photographs(source, whole), time.time() - 3600
    for i in range(count):
        flight, k = divmod(i, per_folder)
        where = os.path.join(folder, f"{flight:05}MEDIA")
        if k == 0:
            os.makedirs(where)
        strip, along = divmod(k, 40)
        if strip % 2:
            along = 39 - along
        path = os.path.join(where, f"DJI_{k:04}.JPG")
        with open(path, "wb") as file:
            file.write(one(i, 91 + flight % 100 * 0.05 + strip * 0.0003, 46 + flight // 100 * 0.05 + along * 0.0002, flight * 7200 + k * 3))
        os.utime(path, (old, old))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("count", type=int)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--per-folder", type=int, default=1000)
    parser.add_argument("--from", dest="source", default=SAMPLE)
    options = parser.parse_args()
    make(options.folder, options.count, options.whole, options.per_folder, options.source)
