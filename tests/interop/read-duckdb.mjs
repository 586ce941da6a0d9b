// read-duckdb.mjs BINDINGS DATABASE SQL...: opens a database with DuckDB's own binding for Node.js and its own settings, and prints the first column (BIGINT) of each statement's rows as JSON.
import { createRequire } from 'node:module';

const [bindings, file, ...statements] = process.argv.slice(2);
const duckdb = createRequire(import.meta.url)(bindings);
const connection = await duckdb.connect(await duckdb.open(file, duckdb.create_config()));
for (const sql of statements) {
  const result = await duckdb.query(connection, sql);
  const rows = [];
  for (;;) {
    const chunk = await duckdb.fetch_chunk(result);
    const count = chunk ? duckdb.data_chunk_get_size(chunk) : 0;
    if (!count) break;
    const data = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, 0), count * 8);
    for (let row = 0; row < count; row++) rows.push(Number(new DataView(data.buffer, data.byteOffset).getBigInt64(row * 8, true)));
  }
  console.log(JSON.stringify(rows));
}
