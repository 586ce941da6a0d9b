# Runs a vendor's ONNX model over test.csv: such a vendor's submission holds no code at all.
# Each input of the model is named after a column and takes one value a row, as [N] or [N, 1]; text, float, double, int32 or int64.
# The first output is the prediction (text, or a number that is an index into the manifest's labels, or itself), the second, when there is one, the confidence.
import csv
import ctypes
import os
import sys

# places in the table of functions, which only ever grows: onnxruntime_c_api.h, struct OrtApi
GET_ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION, RUN, CREATE_OPTIONS, SET_INTRA_THREADS, SET_INTER_THREADS = 2, 3, 7, 9, 10, 24, 25
INPUT_COUNT, OUTPUT_COUNT, INPUT_TYPE, OUTPUT_TYPE, INPUT_NAME, OUTPUT_NAME = 30, 31, 33, 34, 36, 37
CREATE_TENSOR, TENSOR_WITH_DATA, TENSOR_DATA, FILL_STRINGS, STRINGS_LENGTH, STRINGS_CONTENT, CAST_TO_TENSOR = 48, 49, 51, 52, 53, 54, 55
ELEMENT_TYPE, DIMENSION_COUNT, ELEMENT_COUNT, SHAPE_OF, CPU_MEMORY, DEFAULT_ALLOCATOR = 60, 61, 64, 65, 69, 78
FLOAT, INT32, INT64, TEXT, DOUBLE = 1, 6, 7, 8, 11
NUMBERS = {FLOAT: ctypes.c_float, INT32: ctypes.c_int32, INT64: ctypes.c_int64, DOUBLE: ctypes.c_double}
BATCH = 4096


class Base(ctypes.Structure):
    _fields_ = [("api", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)), ("version", ctypes.CFUNCTYPE(ctypes.c_char_p))]


library = ctypes.CDLL("/plinth/libonnxruntime.so")
library.OrtGetApiBase.restype = ctypes.POINTER(Base)
table = ctypes.cast(library.OrtGetApiBase().contents.api(14), ctypes.POINTER(ctypes.c_void_p))
Pointer = ctypes.c_void_p


def call(place, *arguments):
    types = [Pointer if a is None else type(a) if isinstance(a, ctypes._SimpleCData) else Pointer for a in arguments]
    status = ctypes.CFUNCTYPE(Pointer, *types)(table[place])(*[ctypes.cast(a, Pointer) if t is Pointer and not isinstance(a, (Pointer, type(None))) else a for a, t in zip(arguments, types)])
    if status:
        message = ctypes.CFUNCTYPE(ctypes.c_char_p, Pointer)(table[GET_ERROR_MESSAGE])(status)
        sys.exit("the model failed: " + message.decode(errors="replace").split("\n")[0])


def ask(place, kind, *arguments):
    value = kind()
    call(place, *arguments, ctypes.byref(value))
    return value


def text(string):
    return ctypes.create_string_buffer(string.encode())


environment = ask(CREATE_ENV, Pointer, ctypes.c_int(3), text("plinth"))
options = ask(CREATE_OPTIONS, Pointer)
call(SET_INTRA_THREADS, options, ctypes.c_int(int(os.environ["PLINTH_THREADS"])))
call(SET_INTER_THREADS, options, ctypes.c_int(1))
session = ask(CREATE_SESSION, Pointer, environment, text(sys.argv[1]), options)
allocator = ask(DEFAULT_ALLOCATOR, Pointer)
memory = ask(CPU_MEMORY, Pointer, ctypes.c_int(0), ctypes.c_int(0))


def described(count, name, kind):
    found = []
    for i in range(ask(count, ctypes.c_size_t, session).value):
        label = ask(name, ctypes.c_char_p, session, ctypes.c_size_t(i), allocator).value.decode()
        tensor = ask(CAST_TO_TENSOR, Pointer, ask(kind, Pointer, session, ctypes.c_size_t(i)))
        if not tensor:
            sys.exit("'%s' of the model is not a tensor" % label)
        found.append((label, ask(ELEMENT_TYPE, ctypes.c_int, tensor).value, ask(DIMENSION_COUNT, ctypes.c_size_t, tensor).value))
    return found


inputs = described(INPUT_COUNT, INPUT_NAME, INPUT_TYPE)
outputs = described(OUTPUT_COUNT, OUTPUT_NAME, OUTPUT_TYPE)[:2]
labels = os.environ.get("PLINTH_LABELS", "").split("\n") if os.environ.get("PLINTH_LABELS") else []


def tensor(values, kind, dimensions, keep):
    shape = (ctypes.c_int64 * dimensions)(*([len(values)] + [1] * (dimensions - 1)))
    if kind == TEXT:
        value = ask(CREATE_TENSOR, Pointer, allocator, shape, ctypes.c_size_t(dimensions), ctypes.c_int(TEXT))
        strings = (ctypes.c_char_p * len(values))(*[v.encode() for v in values])
        call(FILL_STRINGS, value, strings, ctypes.c_size_t(len(values)))
        return value
    if kind not in NUMBERS:
        sys.exit("an input of the model is of a type that is not taken; use text, float, double, int32 or int64")
    whole = kind in (INT32, INT64)
    data = (NUMBERS[kind] * len(values))(*[(int(float(v)) if whole else float(v)) if v else (0 if whole else float("nan")) for v in values])
    keep.append(data)
    return ask(TENSOR_WITH_DATA, Pointer, memory, data, ctypes.c_size_t(ctypes.sizeof(data)), shape, ctypes.c_size_t(dimensions), ctypes.c_int(kind))


def content(value, rows):
    shape = ask(SHAPE_OF, Pointer, value)
    kind = ask(ELEMENT_TYPE, ctypes.c_int, shape).value
    count = ask(ELEMENT_COUNT, ctypes.c_size_t, shape).value
    if kind == TEXT:
        size = ask(STRINGS_LENGTH, ctypes.c_size_t, value).value
        data, offsets = ctypes.create_string_buffer(size + 1), (ctypes.c_size_t * count)()
        call(STRINGS_CONTENT, value, data, ctypes.c_size_t(size), offsets, ctypes.c_size_t(count))
        ends = list(offsets[1:]) + [size]
        values = [data.raw[a:b].decode(errors="replace") for a, b in zip(offsets, ends)]
    elif kind in NUMBERS:
        values = list(ctypes.cast(ask(TENSOR_DATA, Pointer, value), ctypes.POINTER(NUMBERS[kind]))[:count])
    else:
        sys.exit("an output of the model is of a type that is not taken")
    if not rows or count % rows:
        sys.exit("an output of the model has %d values for %d rows" % (count, rows))
    width = count // rows
    return [values[i * width:(i + 1) * width] for i in range(rows)]


def predicted(row):
    value = row[0] if len(row) == 1 else max(range(len(row)), key=row.__getitem__)
    if isinstance(value, str):
        return value
    if labels:
        if not 0 <= int(value) < len(labels):
            sys.exit("the model's answer %d is not a place in the manifest's labels" % int(value))
        return labels[int(value)]
    return repr(value)


def batch(rows, writer):
    keep = []
    given = [tensor([row[name] for row in rows], kind, dimensions, keep) for name, kind, dimensions in inputs]
    names_in = (ctypes.c_char_p * len(inputs))(*[name.encode() for name, _, _ in inputs])
    names_out = (ctypes.c_char_p * len(outputs))(*[name.encode() for name, _, _ in outputs])
    results = (Pointer * len(outputs))()
    call(RUN, session, None, names_in, (Pointer * len(given))(*given), ctypes.c_size_t(len(given)), names_out, ctypes.c_size_t(len(outputs)), results)
    answers = [content(Pointer(result), len(rows)) for result in results]
    for i, row in enumerate(rows):
        line = [row[os.environ["PLINTH_KEY"]], predicted(answers[0][i])]
        if len(answers) > 1:
            line.append("%.3f" % min(1.0, max(0.0, max(answers[1][i]))))
        writer.writerow(line)


with open("/in/test.csv", encoding="utf-8", newline="") as source, open("/out/" + os.environ["PLINTH_OUTPUT"], "w", encoding="utf-8", newline="") as target:
    reader = csv.DictReader(source)
    missing = [name for name, _, _ in inputs if name not in (reader.fieldnames or [])]
    if missing:
        sys.exit("the model's inputs %s are no columns of test.csv" % ", ".join(missing))
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([os.environ["PLINTH_KEY"], os.environ["PLINTH_LABEL"]] + (["confidence"] if len(outputs) > 1 else []))
    rows = []
    for row in reader:
        rows.append(row)
        if len(rows) == BATCH:
            batch(rows, writer)
            rows = []
    if rows:
        batch(rows, writer)
