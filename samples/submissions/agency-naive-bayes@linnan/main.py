"""Which agency answers a service request: multinomial naive Bayes on the words of category, description and location type.

Reads /in/train.csv (with agency_responsible) and /in/test.csv (without), writes /out/predictions.csv.
Standard library only, and of that only what Debian's python3-minimal has.
"""

import csv
import math
import re
from collections import Counter, defaultdict

KEY, LABEL = "service_request_id", "agency_responsible"
FIELDS = ("category", "description", "location_type")
SMOOTHING = 0.5
WORD = re.compile(r"[a-z0-9]+")


def tokens(row):
    """Words, each marked with the field it stands in: 'park' as a place is not 'park' in a text."""
    for field in FIELDS:
        words = WORD.findall((row[field] or "").lower())
        for word in words:
            yield field + ":" + word
        for pair in zip(words, words[1:]):
            yield field + ":" + "+".join(pair)
        if not words:
            yield field + ":<none>"


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def train(rows):
    labels, words = Counter(), defaultdict(Counter)
    for row in rows:
        labels[row[LABEL]] += 1
        words[row[LABEL]].update(tokens(row))
    vocabulary = len({word for counts in words.values() for word in counts})
    return labels, words, vocabulary


def predict(model, row):
    labels, words, vocabulary = model
    total = sum(labels.values())
    scores = {}
    for label, count in labels.items():
        score = math.log(count / total)
        size = sum(words[label].values()) + SMOOTHING * (vocabulary + 1)
        for word in tokens(row):
            score += math.log((words[label][word] + SMOOTHING) / size)
        scores[label] = score
    best = max(sorted(scores), key=scores.get)
    evidence = sum(math.exp(score - scores[best]) for score in scores.values())
    return best, 1 / evidence


def main():
    model = train(read("/in/train.csv"))
    with open("/out/predictions.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow((KEY, LABEL, "confidence"))
        for row in read("/in/test.csv"):
            agency, confidence = predict(model, row)
            out.writerow((row[KEY], agency, format(confidence, ".6f")))


if __name__ == "__main__":
    main()
