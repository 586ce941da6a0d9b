// From the columns of a file to the columns of the table: matching by name, physical name or field id, at every depth.
import { Refusal, leafText } from './values.mjs'

/** How a table's fields are found in its files. Mode: none, name or id (delta.columnMapping.mode). */
export function fieldFinder(mode) {
  if (mode === 'id') return (field, nodes) => {
    const id = field.metadata?.['delta.columnMapping.id']
    return nodes.find(node => node.element.field_id !== undefined && node.element.field_id === Number(id))
  }
  if (mode === 'name') return (field, nodes) => nodes.find(node => node.element.name === physicalName(field, mode))
  return (field, nodes) => nodes.find(node => node.element.name === field.name)
    ?? nodes.find(node => node.element.name.toLowerCase() === field.name.toLowerCase())
}

/** The name under which the log keeps a column's partition values and statistics. */
export const physicalName = (field, mode) => (mode === 'none' ? field.name : field.metadata?.['delta.columnMapping.physicalName'] ?? field.name)

/** The function from a raw value of a file's column to canonical JSON text. */
export function columnText(type, node, find, where) {
  const inner = notNullText(type, node, find, where)
  return raw => (raw === null || raw === undefined ? 'null' : inner(raw))
}

function notNullText(type, node, find, where) {
  if (type === 'void') return () => 'null'
  const group = node.children.length > 0
  if (typeof type === 'string') {
    if (group) throw new Refusal(`column ${where}: ${type} cannot be read from a Parquet group`)
    return leafText(type, node.element, where)
  }
  if (type.type === 'struct') {
    if (!group) throw new Refusal(`column ${where}: a struct cannot be read from a Parquet leaf`)
    const fields = type.fields.map(field => {
      const child = find(field, node.children)
      return {
        name: JSON.stringify(field.name),
        index: node.children.indexOf(child),
        text: child ? columnText(field.type, child, find, `${where}.${field.name}`) : () => 'null',
      }
    })
    return raw => `{${fields.map(field => `${field.name}:${field.text(raw[field.index])}`).join(',')}}`
  }
  const repeated = node.children[0]
  if (node.children.length !== 1 || repeated.element.repetition_type !== 'REPEATED')
    throw new Refusal(`column ${where}: Parquet has no repeated group for ${type.type}`)
  if (type.type === 'array') {
    // Three levels, or the older two, in which the repeated node is the element.
    const three = repeated.children.length === 1 && repeated.element.name !== 'array' && !repeated.element.name.endsWith('_tuple')
    const item = columnText(type.elementType, three ? repeated.children[0] : repeated, find, `${where}.element`)
    return raw => `[${raw[0].map(value => item(three ? value[0] : value)).join(',')}]`
  }
  const key = columnText(type.keyType, repeated.children[0], find, `${where}.key`)
  const value = repeated.children[1] ? columnText(type.valueType, repeated.children[1], find, `${where}.value`) : () => 'null'
  return raw => `{${raw[0].map(entry => [keyText(key(entry[0])), value(entry[1])]).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
    .map(([k, v]) => `${JSON.stringify(k)}:${v}`).join(',')}}`
}

// A key that is not text is the text of its value.
const keyText = json => (json[0] === '"' ? JSON.parse(json) : json)
