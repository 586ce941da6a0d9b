"""Which agency answers a service request: the one that most often did so for the same category. A weak answer, to compare with."""

import csv
from collections import Counter, defaultdict

KEY, LABEL, FIELD = "service_request_id", "agency_responsible", "category"


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def most_frequent(counts):
    return min(counts, key=lambda agency: (-counts[agency], agency))


def main():
    overall, by_field = Counter(), defaultdict(Counter)
    for row in read("/in/train.csv"):
        overall[row[LABEL]] += 1
        by_field[row[FIELD]][row[LABEL]] += 1
    with open("/out/predictions.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow((KEY, LABEL))
        for row in read("/in/test.csv"):
            out.writerow((row[KEY], most_frequent(by_field.get(row[FIELD]) or overall)))


if __name__ == "__main__":
    main()
