# Runs a vendor's SQL on DuckDB, inside the isolation: DuckDB itself is no boundary against hostile SQL.
# Views train and test are the inputs; the table or view predictions is what comes out.
import ctypes
import os
import sys


class Result(ctypes.Structure):
    _fields_ = [("columns", ctypes.c_uint64), ("rows", ctypes.c_uint64), ("changed", ctypes.c_uint64), ("data", ctypes.c_void_p), ("error", ctypes.c_char_p), ("internal", ctypes.c_void_p)]


duckdb = ctypes.CDLL("/plinth/libduckdb.so")
duckdb.duckdb_result_error.restype = ctypes.c_char_p
database, connection = ctypes.c_void_p(), ctypes.c_void_p()


def run(sql):
    result = Result()
    failed = duckdb.duckdb_query(connection, sql.encode(), ctypes.byref(result))
    message = duckdb.duckdb_result_error(ctypes.byref(result)) if failed else None
    duckdb.duckdb_destroy_result(ctypes.byref(result))
    if failed:
        sys.exit((message or b"it failed").decode(errors="replace").split("\n")[0])


if duckdb.duckdb_open(None, ctypes.byref(database)) or duckdb.duckdb_connect(database, ctypes.byref(connection)):
    sys.exit("DuckDB could not be opened")
memory = max(64, int(os.environ["PLINTH_MEMORY"]) * 6 // 10)
run("SET threads = %d; SET memory_limit = '%dMiB'; SET temp_directory = '/tmp'; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false" % (int(os.environ["PLINTH_THREADS"]), memory))
for name in ("train", "test"):
    if os.path.exists("/in/%s.csv" % name):
        run("CREATE VIEW %s AS SELECT * FROM read_csv('/in/%s.csv', header = true, all_varchar = true)" % (name, name))
with open(sys.argv[1], encoding="utf-8") as file:
    run(file.read())
run("COPY (FROM predictions) TO '/out/%s' (FORMAT csv, HEADER true)" % os.environ["PLINTH_OUTPUT"])
