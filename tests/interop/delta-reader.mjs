// A small reader of Delta tables that shares nothing with the product: it exists to disagree with it.
// Written from PROTOCOL.md alone; proven on tables of other projects by golden.mjs. Local folders only.
import { columnText, fieldFinder, physicalName } from './columns.mjs'
import { deletedRows } from './deletion-vector.mjs'
import { locate, replay } from './delta-log.mjs'
import { openParquet } from './parquet-rows.mjs'
import { Refusal, checkType, partitionText } from './values.mjs'

export { Refusal } from './values.mjs'

const supported = new Set(['columnMapping', 'timestampNtz', 'deletionVectors', 'v2Checkpoint', 'vacuumProtocolCheck', 'typeWidening', 'typeWidening-preview'])

/**
 * One version of a table, the newest unless `version` is given.
 * Gives { version, protocol, configuration, fields, partitionColumns, mode, files, rows }; `rows()` yields each row as canonical JSON text.
 * Throws a Refusal where the table is damaged or needs what is not supported.
 */
export async function openTable(folder, version) {
  const { version: at, protocol, metaData, files } = await replay(folder, version)
  checkProtocol(protocol)
  const { fields } = JSON.parse(metaData.schemaString)
  for (const field of fields) checkType(field.type, field.name)
  const configuration = metaData.configuration ?? {}
  const mode = mappingMode(protocol, configuration)
  const table = { folder, version: at, protocol, configuration, fields, partitionColumns: metaData.partitionColumns ?? [], mode, files }
  return { ...table, rows: () => rowsOf(table) }
}

function checkProtocol({ minReaderVersion, readerFeatures }) {
  if (!(minReaderVersion >= 1 && minReaderVersion <= 3)) throw new Refusal(`reader version ${minReaderVersion} is not supported`)
  if (minReaderVersion < 3) return
  if (!readerFeatures) throw new Refusal('reader version 3 without readerFeatures')
  const unknown = readerFeatures.filter(feature => !supported.has(feature))
  if (unknown.length > 0) throw new Refusal(`reader feature ${unknown.join(', ')} is not supported`)
}

function mappingMode({ minReaderVersion, readerFeatures }, configuration) {
  const on = minReaderVersion === 2 || readerFeatures?.includes('columnMapping')
  const mode = (on && configuration['delta.columnMapping.mode']) || 'none'
  if (!['none', 'name', 'id'].includes(mode)) throw new Refusal(`column mapping mode '${mode}' is not supported`)
  return mode
}

async function* rowsOf(table) {
  for (const add of table.files) yield* fileRows(table, add, openParquet(locate(table.folder, add.path)))
}

/** The rows of one live file. */
export async function* fileRows(table, add, file) {
  const isPartition = name => table.partitionColumns.some(column => column.toLowerCase() === name.toLowerCase())
  const deleted = add.deletionVector ? deletedRows(add.deletionVector, path => locate(table.folder, path)) : new Set()
  const pieces = await columnPieces(table, file, field => (isPartition(field.name) ? partitionText(partitionValue(table, add, field), field.type, field.name) : undefined))
  for (let row = 0; row < file.rowCount; row++)
    if (!deleted.has(row)) yield `{${pieces.map(({ name, at }) => `${name}:${at(row)}`).join(',')}}`
}

/** A function from row number to text for each field of a table in a file; `constant` may give the text instead. */
export async function columnPieces({ fields, mode }, file, constant = () => undefined) {
  const find = fieldFinder(mode)
  if (mode === 'id' && file.columns.length > 0 && file.columns.every(node => node.element.field_id === undefined))
    throw new Refusal('column mapping by id, but a file has no field ids')
  const found = fields.map(field => ({ field, fixed: constant(field), node: field.type === 'void' ? undefined : find(field, file.columns) }))
  const read = found.filter(({ fixed, node }) => fixed === undefined && node)
  const columns = await file.read(read.map(({ node }) => node))
  return found.map(piece => {
    const { field, fixed, node } = piece
    const name = JSON.stringify(field.name)
    if (fixed !== undefined || !node) return { name, at: () => fixed ?? 'null' }
    const [values, text] = [columns[read.indexOf(piece)], columnText(field.type, node, find, field.name)]
    return { name, at: row => text(values[row]) }
  })
}

function partitionValue({ mode }, add, field) {
  const values = add.partitionValues ?? {}
  const key = Object.keys(values).find(name => name === physicalName(field, mode))
    ?? Object.keys(values).find(name => name.toLowerCase() === physicalName(field, mode).toLowerCase())
  if (key === undefined) throw new Refusal(`file ${add.path} has no value for the partition column ${field.name}`)
  return values[key]
}
