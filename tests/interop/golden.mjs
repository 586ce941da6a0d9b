// Proves the reader on tables that other projects wrote: node golden.mjs FOLDER [NAME ...]
// FOLDER holds a folder a table with table/, info.json and expected rows. Prints a line a table; exit code 1 unless all agree.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal, columnPieces, openTable } from './delta-reader.mjs'
import { openParquet } from './parquet-rows.mjs'

// Columns whose expected value only the writer's own time zone explains; the catalogue of the tables says to leave them out.
const leftOut = { 'data-reader-partition-values': ['as_timestamp'] }

async function check(folder, name) {
  const info = JSON.parse(readFileSync(join(folder, 'info.json'), 'utf8'))
  const open = version => openTable(join(folder, 'table'), version)
  if (info.mustFail) {
    try {
      for await (const _ of (await open()).rows());
    } catch (error) {
      if (error instanceof Refusal) return `refused: ${error.message}`
      throw error
    }
    throw new Error(`read, though it must be refused: ${info.reason}`)
  }
  const done = []
  for (const expected of info.expected) {
    const table = await open(expected.version === 'latest' ? undefined : expected.version)
    const omit = leftOut[name] ?? []
    const actual = []
    for await (const row of table.rows()) actual.push(row)
    if (actual.length !== expected.rows) throw new Error(`${expected.version}: ${actual.length} rows, expected ${expected.rows}`)
    if (expected.version === 'latest') {
      if (info.liveFiles !== undefined && table.files.length !== info.liveFiles) throw new Error(`${table.files.length} live files, expected ${info.liveFiles}`)
      if (info.latestVersion !== undefined && table.version !== info.latestVersion) throw new Error(`newest version ${table.version}, expected ${info.latestVersion}`)
    }
    if (expected.files) compare(actual.map(row => without(row, omit)), (await parquetRows(table, join(folder, expected.files))).map(row => without(row, omit)))
    else if (expected.file) {
      const lines = readFileSync(join(folder, expected.file), 'utf8').split('\n').filter(Boolean)
      compare(actual.map(row => loose(row, table.fields)), lines.map(row => loose(row, table.fields)))
    }
    done.push(`${expected.version} ${actual.length} rows${expected.files ?? expected.file ? '' : ' (count only)'}${omit.length ? ` (without ${omit})` : ''}`)
  }
  return done.join(', ')
}

// Expected rows in Parquet bear the table's logical names, whatever mapping the table has.
async function parquetRows(table, folder) {
  const rows = []
  for (const name of readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.parquet'))) {
    const file = openParquet(join(folder, name))
    const named = new Set(file.columns.map(node => node.element.name.toLowerCase()))
    const differ = [...table.fields.map(field => field.name.toLowerCase()).filter(field => !named.has(field) && file.rowCount > 0),
      ...[...named].filter(column => !table.fields.some(field => field.name.toLowerCase() === column))]
    if (differ.length > 0) throw new Error(`expected rows have other columns: ${differ}`)
    const pieces = await columnPieces({ fields: table.fields, mode: 'none' }, file)
    for (let row = 0; row < file.rowCount; row++) rows.push(`{${pieces.map(piece => `${piece.name}:${piece.at(row)}`).join(',')}}`)
  }
  return rows
}

const without = (row, names) => (names.length === 0 ? row : JSON.stringify(JSON.parse(row, (key, value) => (names.includes(key) ? undefined : value))))

// Expected rows in JSON come from a reader that takes decimals for floating point (twelve digits are certain) and a widened date for a day.
function loose(row, fields) {
  const value = (v, type) => {
    if (v === null || v === undefined) return null
    if (typeof type === 'string') {
      if (type.startsWith('decimal')) return Number(v).toPrecision(12)
      return type === 'timestamp_ntz' && v.length === 10 ? `${v}T00:00:00.000000` : v
    }
    if (type.type === 'struct') return type.fields.map(field => value(v[field.name], field.type))
    if (type.type === 'array') return v.map(item => value(item, type.elementType))
    return Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, value(item, type.valueType)])
  }
  return JSON.stringify(value(JSON.parse(row), { type: 'struct', fields }))
}

function compare(actual, expected) {
  const counts = new Map()
  for (const row of expected) counts.set(row, (counts.get(row) ?? 0) + 1)
  for (const row of actual) {
    const left = counts.get(row) ?? 0
    if (left === 0) throw new Error(`this row should not be there: ${row.slice(0, 600)}\n    a missing row: ${[...counts].find(([, n]) => n > 0)?.[0].slice(0, 600)}`)
    counts.set(row, left - 1)
  }
  const missing = [...counts].find(([, left]) => left > 0)
  if (missing) throw new Error(`this row is missing: ${missing[0].slice(0, 600)}`)
}

const [root, ...only] = process.argv.slice(2)
if (!root) {
  process.stderr.write('usage: node golden.mjs FOLDER [NAME ...]\n')
  process.exit(2)
}
let failed = 0
const names = readdirSync(root).filter(name => existsSync(join(root, name, 'info.json')) && (only.length === 0 || only.includes(name)))
for (const name of names) {
  try {
    process.stdout.write(`ok    ${name}: ${await check(join(root, name), name)}\n`)
  } catch (error) {
    failed++
    process.stdout.write(`FAIL  ${name}: ${error instanceof Refusal || !error.stack ? error.message : error.stack.split('\n').slice(0, 4).join('\n    ')}\n`)
  }
}
process.stdout.write(`${names.length - failed} of ${names.length} tables agree\n`)
process.exitCode = failed > 0 || names.length === 0 ? 1 : 0
