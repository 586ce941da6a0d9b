#!/usr/bin/env bash
# Runs the spatial joins beside PostGIS and GEOS' STRtree and rewrites the result. Peers: PostGIS (tools/setup.sh --tests), Shapely (Debian: python3-shapely; or PLINTH_PEER_PYTHON with another).
set -euo pipefail
cd "$(dirname "$0")/../.."
dotnet build benchmarks/twin -c Release -v quiet --nologo -clp:NoSummary
exec benchmarks/twin/bin/Release/net10.0/Plinth.Benchmarks.Twin benchmarks/twin/joins.md
