#!/usr/bin/env python3
"""Tiles of a PMTiles archive into the lake: tiles a second, beside a plain decoding of the same directories in Python.

    python3 benchmarks/ingest/tiles.py [ZOOM] [ROUNDS]

Makes an archive with every tile of one zoom (9: 262,144 tiles; each with bytes of its own, leaf directories of 4,096 entries in gzip), then takes turns, each in
a process of its own. Prints wall and processor seconds; needs a build of app (dotnet build app -c Release).
"""
import gzip
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def directory(entries):
    """entries: (tile id, run length, length, offset)"""
    out, last = [varint(len(entries))], 0
    for tile, _, _, _ in entries:
        out.append(varint(tile - last))
        last = tile
    for column in (1, 2):
        out.extend(varint(entry[column]) for entry in entries)
    out.extend(varint(entry[3] + 1) for entry in entries)
    return gzip.compress(b"".join(out), 6)


def write(path, zoom):
    first, count, size = ((1 << 2 * zoom) - 1) // 3, 1 << 2 * zoom, 40
    leaves, root, at = [], [], 0
    for start in range(0, count, 4096):
        leaf = directory([(first + i, 1, size, i * size) for i in range(start, min(start + 4096, count))])
        root.append((first + start, 0, len(leaf), at))
        leaves.append(leaf)
        at += len(leaf)
    packed, metadata = directory(root), gzip.compress(b"{}")
    root_at = 127
    meta_at = root_at + len(packed)
    leaves_at = meta_at + len(metadata)
    data_at = leaves_at + at
    head = b"PMTiles\x03" + struct.pack("<11Q", root_at, len(packed), meta_at, len(metadata), leaves_at, at, data_at, count * size, count, count, count)
    head += struct.pack("<6B", 1, 2, 1, 2, zoom, zoom) + struct.pack("<4i", -1800000000, -850511287, 1800000000, 850511287) + struct.pack("<B2i", zoom, 0, 0)
    with open(path, "wb") as file:
        file.write(head + packed + metadata + b"".join(leaves))
        for i in range(count):
            file.write(b"\x89PNG\r\n\x1a\n" + i.to_bytes(size - 8, "little"))
    return count


PEER = r"""
import gzip, struct, sys
data = open(sys.argv[1], 'rb').read()
places = struct.unpack_from('<11Q', data, 8)
def numbers(raw):
    value = shift = 0
    for byte in raw:
        value |= (byte & 127) << shift
        if byte < 128:
            yield value
            value = shift = 0
        else:
            shift += 7
def entries(at, length):
    take = numbers(gzip.decompress(data[at:at + length]))
    count = next(take)
    ids, tile = [], 0
    for _ in range(count):
        tile += next(take)
        ids.append(tile)
    return list(zip(ids, [next(take) for _ in range(count)], [next(take) for _ in range(count)], [next(take) - 1 for _ in range(count)]))
tiles = 0
for _, run, length, offset in entries(places[0], places[1]):
    tiles += sum(e[1] for e in entries(places[4] + offset, length)) if run == 0 else run
print(tiles)
"""


def run(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stdout}{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, cpu, done.stdout.strip().splitlines()[-1]


def main():
    zoom = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    app = os.path.join(ROOT, "app", "bin", "Release", "net10.0", "plinth")
    folder = tempfile.mkdtemp(prefix="plinth-tiles-")
    try:
        path, lake = os.path.join(folder, "made.pmtiles"), os.path.join(folder, "lake")
        count = write(path, zoom)
        print(f"{count} tiles, {os.path.getsize(path) >> 20} MiB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for _ in range(rounds):
            for name, command in (("python", [sys.executable, "-c", PEER, path]), ("plinth", [app, "ingest", "imagery", path, "--lake", lake])):
                wall, cpu, said = run(command)
                print(f"  {name}: {wall:.2f} s, cpu {cpu:.2f} s, {count / wall:,.0f} tiles/s, {count / cpu:,.0f} a cpu second: {said}")
            shutil.rmtree(lake)
    finally:
        shutil.rmtree(folder)


main()
