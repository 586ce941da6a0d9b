// Parquet files as raw rows: physical values only, so that the Delta schema alone decides what they mean.
// hyparquet decodes pages and nesting levels; records are assembled here, because its own assembly turns map keys into
// object keys and makes no difference between a null struct and a struct of nulls.
import { readFileSync } from 'node:fs'
import { parquetMetadata, parquetRead, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

/** Opens a file. `columns` are its top-level schema nodes: { element, children, path }. */
export function openParquet(path) {
  const bytes = readFileSync(path)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const metadata = parquetMetadata(buffer, { geoparquet: false })
  return {
    size: bytes.byteLength,
    rowCount: Number(metadata.num_rows),
    columns: parquetSchema(metadata).children,
    keyValues: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value])),
    read: nodes => read(buffer, metadata, nodes),
  }
}

/**
 * Values of some columns: an array per column, a raw value per row. Raw values: number, bigint, boolean, bytes,
 * bigint of nanoseconds for INT96; groups are arrays of their children, repeated groups arrays of groups; null is null.
 */
async function read(buffer, metadata, nodes) {
  const rowCount = Number(metadata.num_rows)
  if (nodes.length === 0 || rowCount === 0) return nodes.map(() => [])
  const leaves = new Map()
  await parquetRead({
    file: { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) },
    metadata: { ...metadata, schema: metadata.schema.map(element => ({ ...element, converted_type: undefined, logical_type: undefined })) },
    columns: nodes.map(node => node.element.name),
    compressors, utf8: false, geoparquet: false,
    parsers: { timestampFromNanoseconds: nanos => nanos },
    onPage({ pathInSchema, columnData, rowStart }) {
      const key = JSON.stringify(pathInSchema)
      if (!leaves.has(key)) leaves.set(key, new Array(rowCount))
      const values = leaves.get(key)
      for (let i = 0; i < columnData.length && rowStart + i < rowCount; i++) values[rowStart + i] = columnData[i]
    },
  })
  return nodes.map(node => {
    const values = leavesOf(node).map(leaf => leaves.get(JSON.stringify(leaf.path)))
    if (values.some(column => column === undefined)) throw new Error(`column ${node.path.join('.')} has no pages`)
    if (node.children.length === 0) return values[0]
    const assemble = assembler(node)
    return Array.from({ length: rowCount }, (_, row) => assemble(values.map(column => column[row])))
  })
}

const leavesOf = node => (node.children.length === 0 ? [node] : node.children.flatMap(leavesOf))

// Each leaf comes as arrays nested once for every optional or repeated group above it: [] where the group is null or empty.
function assembler(node) {
  if (node.children.length === 0) return leaves => leaves[0]
  const children = node.children.map(assembler)
  const counts = node.children.map(child => leavesOf(child).length)
  const group = leaves => {
    let start = 0
    return children.map((child, i) => child(leaves.slice(start, (start += counts[i]))))
  }
  switch (node.element.repetition_type) {
    case 'OPTIONAL': return leaves => (leaves[0].length === 0 ? null : group(leaves.map(leaf => leaf[0])))
    case 'REPEATED': return leaves => leaves[0].map((_, i) => group(leaves.map(leaf => leaf[i])))
    default: return group
  }
}
