#!/usr/bin/env bash
# postgis-tiles.sh FOLDER: the peer of `serve FOLDER_OF_LAKE FOLDER`: loads FOLDER/buildings.csv into PostGIS (geometry in EPSG:3857, GiST index, clustered) and makes the tiles of
# FOLDER/tiles.csv one by one with ST_AsMVT in one process, three times; prints the median in milliseconds and the bytes. Needs Debian's postgresql-15-postgis-3; starts a server of its own, as user postgres.
set -euo pipefail
folder=$(realpath "$1"); bin=/usr/lib/postgresql/15/bin; data=$(mktemp -d); chmod 755 "$folder"; chown postgres "$data"
run() { runuser -u postgres -- "$@"; }
trap 'run $bin/pg_ctl -D "$data/pg" -m immediate stop >/dev/null 2>&1; rm -rf "$data"' EXIT
run $bin/initdb -D "$data/pg" >/dev/null
run $bin/pg_ctl -D "$data/pg" -w -o "-k $data -c listen_addresses= -c shared_buffers=1GB -c work_mem=64MB -c max_parallel_workers_per_gather=0 -c jit=off" -l "$data/log" start >/dev/null
sql() { run psql -h "$data" -d postgres -v ON_ERROR_STOP=1 -qAt "$@"; }
sql <<SQL
CREATE EXTENSION postgis;
CREATE TABLE raw (entity_id text, name text, height float8, geom text);
\copy raw FROM '$folder/buildings.csv' CSV
CREATE TABLE building AS SELECT entity_id, name, height, 'Building'::text AS type, ST_Transform(ST_SetSRID(geom::geometry, 4326), 3857) AS geom FROM raw;
CREATE INDEX ON building USING gist (geom); CLUSTER building USING building_geom_idx; ANALYZE building;
CREATE TABLE tile (z int, x int, y int);
\copy tile FROM '$folder/tiles.csv' CSV
CREATE FUNCTION make(OUT bytes bigint, OUT ms float8) AS \$\$
DECLARE t record; b bytea; started timestamptz := clock_timestamp();
BEGIN
  bytes := 0;
  FOR t IN SELECT * FROM tile LOOP
    SELECT ST_AsMVT(q, 'buildings', 4096, 'geom') INTO b FROM (
      SELECT entity_id, name, type, height, ST_AsMVTGeom(geom, ST_TileEnvelope(t.z, t.x, t.y), 4096, 64, true) AS geom
      FROM building WHERE geom && ST_TileEnvelope(t.z, t.x, t.y, margin => 64.0 / 4096)) q WHERE q.geom IS NOT NULL;
    bytes := bytes + coalesce(length(b), 0);
  END LOOP;
  ms := extract(epoch FROM clock_timestamp() - started) * 1000;
END \$\$ LANGUAGE plpgsql;
SELECT make();
SELECT 'postgis_tiles_encode_all ' || round(percentile_cont(0.5) WITHIN GROUP (ORDER BY (m).ms)::numeric, 1) || ' ms, bytes ' || max((m).bytes) FROM (SELECT make() AS m FROM generate_series(1, 3)) r;
SQL
