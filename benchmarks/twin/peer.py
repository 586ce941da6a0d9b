# The peer beside us: Shapely's STRtree (GEOS). Arguments: folder, number of points. Prints name, milliseconds, answer.
# Shapely 2 asks for all at once; Shapely 1.8, as Debian 12 has it, is asked polygon by polygon with prepared geometries.
import sys, time
import shapely
from shapely import wkt
from shapely.geometry import Point
from shapely.prepared import prep
from shapely.strtree import STRtree

two = shapely.__version__.startswith("2")
folder, count = sys.argv[1], int(sys.argv[2])
def read(file):
    return [wkt.loads(line.rstrip("\n").split("\t")[1]) for line in open(f"{folder}/{file}")]
points = []
for line in open(f"{folder}/points.csv"):
    if len(points) == count:
        break
    points.append(Point(*map(float, line.split(",")[1:3])))
for layer in ("communities", "footprints"):
    polygons = read(layer + ".tsv")
    start = time.perf_counter()
    tree = STRtree(points)
    if two:
        found = tree.query(polygons, predicate="contains").shape[1]
    else:
        found = 0
        for polygon in polygons:
            near = tree.query(polygon)
            if near:
                found += sum(map(prep(polygon).contains, near))
    print(layer, (time.perf_counter() - start) * 1000, found, sep="\t")
a, b = read("footprints.tsv"), read("others.tsv")
start = time.perf_counter()
tree, found, area = STRtree(b), 0, 0.0
for one in a:
    for other in (tree.query(one) if not two else [b[i] for i in tree.query(one)]):
        if one.intersects(other):
            found += 1
            area += one.intersection(other).area
print("overlap", (time.perf_counter() - start) * 1000, found, sep="\t")
print("name", 0, "Shapely " + shapely.__version__, sep="\t")
