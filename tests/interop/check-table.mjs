// Checks what the log of a table says of its files against the files: node check-table.mjs FOLDER
// A line a fault on standard output; exit code 1 if there is one. Meant for tables that the product has just written.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { physicalName } from './columns.mjs'
import { fileRows, openTable } from './delta-reader.mjs'
import { completeCheckpoints, locate, readActions, replay } from './delta-log.mjs'
import { openParquet } from './parquet-rows.mjs'
import { partitionText } from './values.mjs'

const faults = []
const fault = text => faults.push(text)

/** Leaves that have statistics: neither lists nor maps, nor partition columns. */
function leaves(fields, table, path = []) {
  return fields.filter(field => path.length > 0 || !table.partitionColumns.includes(field.name)).flatMap(field => {
    const at = [...path, { name: field.name, physical: physicalName(field, table.mode) }]
    if (typeof field.type === 'string') return [{ path: at, type: field.type }]
    return field.type.type === 'struct' ? leaves(field.type.fields, table, at) : []
  })
}

/** An order that agrees with the type's: numbers, bytes of text, times as text of one length. */
function comparable(value, type) {
  if (type === 'string') return Buffer.from(value)
  if (type.startsWith('decimal')) return BigInt(value.replace('.', ''))
  if (type === 'float' || type === 'double') return Number(value)
  return ['byte', 'short', 'integer', 'long'].includes(type) ? BigInt(value) : value
}

const less = (a, b) => (Buffer.isBuffer(a) ? Buffer.compare(a, b) < 0 : a < b)

// Long numbers become text first, since JSON.parse would round them.
const parseStats = text => JSON.parse(text.replace(/:(-?[\d.]{16,})(?=[,}])/g, ':"$1"'))

async function checkFile(table, add) {
  const where = `${add.path}:`
  const file = openParquet(locate(table.folder, add.path))
  if (file.size !== Number(add.size)) fault(`${where} the log says ${add.size} bytes, the file has ${file.size}`)
  const ids = file.columns.map(node => node.element.field_id)
  if (ids.includes(undefined) || new Set(ids).size !== ids.length) fault(`${where} field ids are ${ids}`)
  for (const column of table.partitionColumns)
    if (file.columns.some(node => node.element.name === column)) fault(`${where} holds the partition column ${column}`)
  checkGeo(where, file)
  if (add.stats === undefined) return fault(`${where} has no statistics`)
  const stats = parseStats(add.stats)
  if (stats.numRecords !== file.rowCount) fault(`${where} the log says ${stats.numRecords} rows, the file has ${file.rowCount}`)
  if (add.deletionVector) return undefined
  const rows = []
  for await (const row of fileRows(table, add, file)) rows.push(JSON.parse(row))
  for (const leaf of leaves(table.fields, table)) checkLeaf(where, leaf, stats, rows)
}

function checkLeaf(where, { path, type }, stats, rows) {
  const name = path.map(part => part.name).join('.')
  const stat = kind => path.reduce((value, part) => value?.[part.physical], stats[kind])
  const values = rows.map(row => path.reduce((value, part) => value?.[part.name] ?? null, row))
  const nulls = values.filter(value => value === null).length
  if (stat('nullCount') !== undefined && Number(stat('nullCount')) !== nulls) fault(`${where} nullCount of ${name} is ${stat('nullCount')}, the file has ${nulls}`)
  for (const [kind, wrong] of [['minValues', (bound, value) => less(value, bound)], ['maxValues', (bound, value) => less(bound, value)]]) {
    if (stat(kind) === undefined || stat(kind) === null) continue
    if (!rows.length || nulls === rows.length) {
      fault(`${where} ${kind} of ${name} is ${stat(kind)}, but there are no values`)
      continue
    }
    const bound = comparable(type === 'string' ? stat(kind) : JSON.parse(partitionText(String(stat(kind)), type, name)), type)
    const beyond = values.find(value => value !== null && wrong(bound, comparable(value, type)))
    if (beyond !== undefined) fault(`${where} ${kind} of ${name} is ${stat(kind)}, but there is ${beyond}`)
  }
}

function checkGeo(where, { keyValues, columns }) {
  if (keyValues.geo === undefined) return
  const geo = JSON.parse(keyValues.geo)
  const at = path => path.reduce((nodes, name) => nodes?.find(node => node.element.name === name)?.children, columns)
  if (geo.version !== '1.1.0' || !geo.columns?.[geo.primary_column]) fault(`${where} the key geo names version ${geo.version}, column ${geo.primary_column}`)
  for (const [name, column] of Object.entries(geo.columns)) {
    if (at([name]) === undefined || column.encoding !== 'WKB' || !Array.isArray(column.geometry_types)) fault(`${where} the key geo describes ${name} wrongly`)
    for (const path of Object.values(column.covering?.bbox ?? {})) if (at(path) === undefined) fault(`${where} the covering ${path.join('.')} of ${name} is not there`)
  }
}

/** Rules on the commits themselves: order of actions, times that grow, nothing twice. */
function checkLog(table) {
  const log = join(table.folder, '_delta_log')
  const ordered = table.configuration['delta.enableInCommitTimestamps'] === 'true'
  let last = -1
  for (const name of readdirSync(log).filter(name => /^\d{20}\.json$/.test(name)).sort()) {
    const text = readFileSync(join(log, name), 'utf8')
    if (!text.endsWith('\n')) fault(`${name}: does not end with a line break`)
    const actions = text.trimEnd().split('\n').map(line => JSON.parse(line))
    if (actions.some(action => Object.keys(action).length !== 1)) fault(`${name}: a line holds other than one action`)
    for (const kind of ['protocol', 'metaData', 'commitInfo']) if (actions.filter(action => action[kind]).length > 1) fault(`${name}: more than one ${kind}`)
    const paths = actions.filter(action => action.add).map(action => action.add.path)
    if (new Set(paths).size !== paths.length) fault(`${name}: a file is added twice`)
    if (!ordered) continue
    const time = actions[0].commitInfo?.inCommitTimestamp
    if (!(time > last)) fault(`${name}: inCommitTimestamp is ${time} after ${last}`)
    last = time
  }
  if (existsSync(join(log, '_last_checkpoint'))) {
    const { version } = JSON.parse(readFileSync(join(log, '_last_checkpoint'), 'utf8'))
    if (!readdirSync(log).some(name => name.startsWith(`${String(version).padStart(20, '0')}.checkpoint.`))) fault(`_last_checkpoint names version ${version}, which has no checkpoint`)
  }
}

/** A classic checkpoint says what the commits up to it say, in the types of the protocol. */
async function checkCheckpoints(folder) {
  const log = join(folder, '_delta_log')
  for (const { version, names } of completeCheckpoints(readdirSync(log))) {
    for (const name of names.filter(name => name.endsWith('.parquet'))) {
      const file = openParquet(join(log, name))
      checkTypes(name, file.columns)
      for (const [i, action] of (await readActions(join(log, name))).entries()) if (Object.keys(action).length > 1) fault(`${name}: row ${i} holds ${Object.keys(action)}`)
    }
    const commits = Array.from({ length: version + 1 }, (_, v) => join(log, `${String(v).padStart(20, '0')}.json`))
    if (!commits.every(existsSync)) continue
    const [from, without] = [summary(await replay(folder, version)), summary(await replay(folder, version, false))]
    if (from !== without) fault(`checkpoint ${version} says ${from.slice(0, 500)}; the commits say ${without.slice(0, 500)}`)
  }
}

const int32 = new Set(['protocol.minReaderVersion', 'protocol.minWriterVersion', 'add.deletionVector.offset', 'add.deletionVector.sizeInBytes', 'remove.deletionVector.offset', 'remove.deletionVector.sizeInBytes'])

function checkTypes(name, nodes) {
  for (const node of nodes) {
    const path = node.path.join('.')
    if (node.path.length === 1 && node.element.repetition_type !== 'OPTIONAL') fault(`${name}: ${path} is ${node.element.repetition_type}`)
    if (node.element.type === 'INT32' && !int32.has(path)) fault(`${name}: ${path} is INT32`)
    if (node.element.type === 'INT64' && int32.has(path)) fault(`${name}: ${path} is INT64`)
    if (node.element.type === 'BYTE_ARRAY' && node.element.converted_type !== 'UTF8') fault(`${name}: ${path} is not UTF-8`)
    checkTypes(name, node.children)
  }
}

function summary({ version, protocol, metaData, files, transactions }) {
  const sorted = object => Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => value !== null).sort(([a], [b]) => (a < b ? -1 : 1)))
  const values = object => Object.entries(object ?? {}).sort()
  return JSON.stringify({
    version, protocol: sorted(protocol), transactions: sorted(transactions),
    metaData: [metaData.id, metaData.schemaString, metaData.partitionColumns, values(metaData.configuration)],
    files: files.map(({ path, partitionValues, size, stats }) => [path, values(partitionValues), Number(size), stats ?? null]).sort((a, b) => (a[0] < b[0] ? -1 : 1)),
  })
}

const table = await openTable(process.argv[2])
const { minReaderVersion: reader, minWriterVersion: writer, readerFeatures, writerFeatures } = table.protocol
if ((reader === 3) !== Array.isArray(readerFeatures) || (writer === 7) !== Array.isArray(writerFeatures)) fault(`protocol ${reader}/${writer} with features ${readerFeatures} / ${writerFeatures}`)
for (const feature of readerFeatures ?? []) if (!writerFeatures?.includes(feature)) fault(`protocol: ${feature} is a reader feature only`)
checkLog(table)
await checkCheckpoints(table.folder)
for (const add of table.files) await checkFile(table, add)
for (const text of faults) process.stdout.write(`${text}\n`)
process.exitCode = faults.length > 0 ? 1 : 0
