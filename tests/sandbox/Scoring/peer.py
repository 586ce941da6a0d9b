"""The sandbox's metrics by other hands: scikit-learn where it has them, else numpy and shapely written down from the definition.

Reads {"metric": ..., ...} a line from stdin, writes one number a line."""

import json
import sys

import numpy
from shapely.geometry import Polygon, box
from sklearn import metrics


def at_k(case, k):
    order = sorted(range(len(case["score"])), key=lambda i: -case["score"][i])[:k]
    return sum(case["truth"][i] for i in order)


def coverage(case, percent):
    right = [t == a for t, a in zip(case["truth"], case["answer"])]
    best = 0.0
    for threshold in set(case["confidence"]):
        chosen = [r for r, c in zip(right, case["confidence"]) if c >= threshold]
        if numpy.mean(chosen) * 100 >= percent - 1e-9:
            best = max(best, len(chosen) / len(right))
    return best


def shape(text):
    n = [float(word) for word in text.split()]
    return box(*n) if len(n) == 4 else Polygon(list(zip(n[::2], n[1::2])))


def overlap(a, b):
    return a.intersection(b).area / a.union(b).area


def mean_average_precision(case, least):
    """One class after the other, all pictures together, as the VOC development kit does it."""
    precisions = []
    for label in sorted({t[1] for t in case["truth"]}):
        truth = [(t[0], shape(t[2])) for t in case["truth"] if t[1] == label]
        used = [False] * len(truth)
        hits = []
        for key, _, _, text in sorted((f for f in case["found"] if f[1] == label), key=lambda f: -f[2]):
            candidates = [(overlap(shape(text), s), i) for i, (k, s) in enumerate(truth) if k == key and not used[i]]
            best = max(candidates, default=(0, -1))
            good = best[1] >= 0 and best[0] >= least
            if good:
                used[best[1]] = True
            hits.append(good)
        right, wrong = numpy.cumsum(hits), numpy.cumsum([not h for h in hits])
        recall = numpy.concatenate(([0], right / len(truth), [1]))
        precision = numpy.concatenate(([0], right / (right + wrong), [0]))
        precision = numpy.maximum.accumulate(precision[::-1])[::-1]
        steps = numpy.where(recall[1:] != recall[:-1])[0]
        precisions.append(numpy.sum((recall[steps + 1] - recall[steps]) * precision[steps + 1]))
    return numpy.mean(precisions)


def delay(case):
    total = 0.0
    for key, begin, end in case["events"]:
        inside = [at for k, at in case["alarms"] if k == key and begin <= at < end]
        total += (min(inside) - begin) if inside else (end - begin)
    return total / len(case["events"])


def false_alarms(case):
    outside = [1 for k, at in case["alarms"] if not any(k == key and b <= at < e for key, b, e in case["events"])]
    return len(outside) / len(case["events"])


def value(case):
    name = case["metric"]
    if name == "accuracy":
        return metrics.accuracy_score(case["truth"], case["answer"])
    if name == "macro_f1":
        return metrics.f1_score(case["truth"], case["answer"], average="macro", zero_division=0)
    if name == "mae":
        return metrics.mean_absolute_error(case["truth"], case["answer"])
    if name == "rmse":
        return metrics.mean_squared_error(case["truth"], case["answer"]) ** 0.5
    if name == "mape":
        return metrics.mean_absolute_percentage_error(case["truth"], case["answer"])
    if name == "auc":
        return metrics.roc_auc_score(case["truth"], case["score"])
    if name.startswith("precision_at_"):
        return at_k(case, case["k"]) / case["k"]
    if name.startswith("recall_at_"):
        return at_k(case, case["k"]) / sum(case["truth"])
    if name.startswith("coverage_at_"):
        return coverage(case, case["k"])
    if name.startswith("map_"):
        return mean_average_precision(case, case["k"] / 100)
    if name == "overlap":
        return overlap(shape(case["a"]), shape(case["b"]))
    if name == "detection_delay":
        return delay(case)
    if name == "false_alarms":
        return false_alarms(case)
    raise ValueError(name)


for line in sys.stdin:
    print(repr(float(value(json.loads(line)))), flush=True)
