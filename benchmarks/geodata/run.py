#!/usr/bin/env python3
"""Reads a large OpenStreetMap extract and a large CityJSON sequence with plinth and with peers, in turns, and prints times and peak memory.

usage: run.py [FOLDER OF THE SHARED DATA] [ROUNDS]
needs: osmium-tool and gdal-bin (Debian), a Release build of app/. The extract is made of renumbered copies of one country.
"""
import json, os, shutil, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "..", "shared", "data")
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
COPIES, FEATURES = 20, 60_000


def run(command):
    """Seconds and peak memory in MB of a command; it must end well."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with {status}: {error.decode()[-500:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def extract(folder):
    source = os.path.join(DATA, "basemap", "osm", "liechtenstein-latest.osm.pbf")
    parts = []
    for i in range(COPIES):
        parts.append(os.path.join(folder, f"part{i}.osm.pbf"))
        run(["osmium", "renumber", source, "-s", f"{i * 1_000_000 + 1}", "-o", parts[-1]])
    whole = os.path.join(folder, "large.osm.pbf")
    run(["osmium", "merge", *parts, "-o", whole])
    for part in parts:
        os.remove(part)
    return whole


def sequence(folder):
    with open(os.path.join(DATA, "models-3d", "cityjsonseq", "3dbag_b2.city.jsonl"), encoding="utf-8") as lines:
        header, *features = [line for line in lines.read().split("\n") if line]
    ids = [list(json.loads(f)["CityObjects"]) for f in features]
    path = os.path.join(folder, "large.city.jsonl")
    with open(path, "w", encoding="utf-8") as out:
        out.write(header + "\n")
        for i in range(FEATURES):
            text = features[i % len(features)]
            for one in sorted(ids[i % len(features)], key=len, reverse=True):
                text = text.replace(f'"{one}"', f'"{one}-{i}"')
            out.write(text + "\n")
    return path


def compare(title, file, commands):
    print(f"{title}: {os.path.getsize(file) / 1e6:.1f} MB", flush=True)
    results = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            out = tempfile.mkdtemp(dir=os.path.dirname(file))
            results[name].append(run(command(out)))
            shutil.rmtree(out)
    ours = statistics.median(r[0] for r in results["plinth"])
    for name, taken in results.items():
        seconds = [r[0] for r in taken]
        print(f"  {name:<22} median {statistics.median(seconds):6.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), peak {max(r[1] for r in taken):5.0f} MB, plinth takes {ours / statistics.median(seconds):.2f} of its time", flush=True)


def main():
    plinth = lambda family, file: lambda out: [os.path.join(ROOT, "app/bin/Release/net10.0/plinth"), "--lake", out + "/lake", "ingest", family, file]
    duckdb = shutil.which("duckdb")
    with tempfile.TemporaryDirectory() as folder:
        file = extract(folder)
        compare("OpenStreetMap, PBF", file, {
            "osmium export": lambda out: ["osmium", "export", file, "-f", "geojsonseq", "-o", out + "/out.geojsonseq"],
            "ogr2ogr": lambda out: ["ogr2ogr", "-f", "GeoJSONSeq", out + "/out.geojsonseq", file, "multipolygons"],
            "plinth": plinth("base", file),
        })
        file = sequence(folder)
        compare("CityJSON sequence", file, {
            "python json": lambda out: [sys.executable, "-c", "import json,sys\nfor line in open(sys.argv[1]): json.loads(line)", file],
            "plinth": plinth("models", file),
        })


main()
