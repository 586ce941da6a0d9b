// The log of a table: which commits and checkpoints make a version, and the state that they add up to.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { columnText, fieldFinder } from './columns.mjs'
import { openParquet } from './parquet-rows.mjs'
import { Refusal } from './values.mjs'

const commitName = /^(\d{20})\.json$/
const checkpointName = /^(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10})|\.[0-9a-fA-F-]{36})?\.(parquet|json)$/

/** The state at a version, or at the newest: { version, protocol, metaData, files (add actions), transactions }. Checkpoints may be left aside. */
export async function replay(folder, wanted, useCheckpoints = true) {
  const log = join(folder, '_delta_log')
  if (!existsSync(log)) throw new Refusal(`${folder} is not a Delta table: it has no _delta_log`)
  const names = readdirSync(log)
  const commits = new Set(names.map(name => commitName.exec(name)).filter(Boolean).map(match => Number(match[1])))
  const checkpoints = useCheckpoints ? completeCheckpoints(names) : []
  const newest = Math.max(...commits, ...checkpoints.map(checkpoint => checkpoint.version))
  if (newest < 0) throw new Refusal(`${folder} is not a Delta table: its log is empty`)
  const version = wanted ?? newest
  if (version > newest) throw new Refusal(`version ${version} is not there; the newest is ${newest}`)
  const base = checkpoints.filter(checkpoint => checkpoint.version <= version).at(-1)

  const state = { version, protocol: null, metaData: null, live: new Map(), transactions: {} }
  if (base) for (const name of base.names) apply(state, await readCheckpoint(log, name))
  for (let next = base ? base.version + 1 : 0; next <= version; next++) {
    if (!commits.has(next)) throw new Refusal(`the log has a gap: version ${next} is needed for version ${version} and is not there`)
    apply(state, parseLines(join(log, `${String(next).padStart(20, '0')}.json`)))
  }
  if (!state.protocol) throw new Refusal('the log has no protocol')
  if (!state.metaData) throw new Refusal('the log has no metaData')
  return { ...state, files: [...state.live.values()] }
}

/** Checkpoints all of whose parts are there, oldest first: { version, names }. */
export function completeCheckpoints(names) {
  const byKey = new Map()
  for (const name of names) {
    const match = checkpointName.exec(name)
    if (!match) continue
    const [, version, part, parts] = match
    const key = part ? `${version}/${parts}` : name
    if (!byKey.has(key)) byKey.set(key, { version: Number(version), parts: Number(parts ?? 1), names: [] })
    byKey.get(key).names.push(name)
  }
  return [...byKey.values()].filter(checkpoint => checkpoint.names.length === checkpoint.parts).sort((a, b) => a.version - b.version)
}

function parseLines(path) {
  return readFileSync(path, 'utf8').split('\n').filter(line => line.trim() !== '').map((line, i) => {
    try {
      return JSON.parse(line)
    } catch {
      throw new Refusal(`${path}: line ${i + 1} is not JSON`)
    }
  })
}

const text = 'string'
const texts = { type: 'map', keyType: text, valueType: text }
const list = { type: 'array', elementType: text }
const struct = fields => ({ type: 'struct', fields: Object.entries(fields).map(([name, type]) => ({ name, type })) })
const checkpointColumns = struct({
  protocol: struct({ minReaderVersion: 'integer', minWriterVersion: 'integer', readerFeatures: list, writerFeatures: list }),
  metaData: struct({ id: text, schemaString: text, partitionColumns: list, configuration: texts }),
  add: struct({
    path: text, partitionValues: texts, size: 'long', stats: text, dataChange: 'boolean',
    deletionVector: struct({ storageType: text, pathOrInlineDv: text, offset: 'integer', sizeInBytes: 'integer', cardinality: 'long' }),
  }),
  txn: struct({ appId: text, version: 'long' }),
  sidecar: struct({ path: text }),
}).fields

async function readCheckpoint(log, name) {
  const actions = name.endsWith('.json') ? parseLines(join(log, name)) : await readActions(join(log, name))
  for (const { sidecar } of actions.filter(action => action.sidecar)) {
    const path = sidecar.path.includes('/') ? locate(join(log, '_sidecars'), sidecar.path) : join(log, '_sidecars', sidecar.path)
    actions.push(...(await readActions(path)))
  }
  return actions
}

/** The actions of a checkpoint's Parquet file, without what this reader does not use. */
export async function readActions(path) {
  const file = openParquet(path)
  const find = fieldFinder('none')
  const fields = checkpointColumns.map(field => ({ ...field, node: find(field, file.columns) })).filter(field => field.node)
  const columns = await file.read(fields.map(field => field.node))
  const texts = fields.map(field => columnText(field.type, field.node, find, field.name))
  return Array.from({ length: file.rowCount }, (_, row) => withoutNulls(Object.fromEntries(
    fields.map((field, i) => [field.name, JSON.parse(texts[i](columns[i][row]))]))))
}

const withoutNulls = action => Object.fromEntries(Object.entries(action).filter(([, value]) => value !== null))

// The actions of one version have no order among themselves: removes come first.
function apply(state, actions) {
  for (const { remove } of actions) if (remove) state.live.delete(identity(remove))
  for (const { add, protocol, metaData, txn } of actions) {
    if (add) state.live.set(identity(add), add)
    if (protocol) state.protocol = protocol
    if (metaData) state.metaData = metaData
    if (txn) state.transactions[txn.appId] = Number(txn.version)
  }
}

function identity({ path, deletionVector: vector }) {
  const id = vector ? `${vector.storageType}${vector.pathOrInlineDv}${vector.offset === undefined || vector.offset === null ? '' : `@${vector.offset}`}` : null
  return JSON.stringify([decodePath(path), id])
}

function decodePath(path) {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new Refusal(`path '${path}' is not percent-encoded`)
  }
}

/** A path of the log, relative to the table or an absolute URI, as a local path. */
export function locate(folder, path) {
  if (path.startsWith('file:')) return fileURLToPath(path)
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) throw new Refusal(`path '${path}' is not on this machine`)
  return path.startsWith('/') ? decodePath(path) : join(folder, decodePath(path))
}
