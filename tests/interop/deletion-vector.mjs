// Deletion vectors: where they are kept, and the 64-bit roaring bitmaps in them.
import { readFileSync } from 'node:fs'
import { Refusal } from './values.mjs'

const z85 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'

export function decodeZ85(text) {
  if (text.length % 5 !== 0) throw new Refusal(`'${text}' is not Z85: its length is not a multiple of 5`)
  const bytes = Buffer.alloc((text.length / 5) * 4)
  for (let i = 0; i < text.length; i += 5) {
    let value = 0
    for (const character of text.slice(i, i + 5)) {
      const digit = z85.indexOf(character)
      if (digit < 0) throw new Refusal(`'${text}' is not Z85: it holds '${character}'`)
      value = value * 85 + digit
    }
    if (value > 0xffffffff) throw new Refusal(`'${text}' is not Z85: a group is too large`)
    bytes.writeUInt32BE(value, (i / 5) * 4)
  }
  return bytes
}

/** Positions that a vector deletes, as a set of physical row numbers. `locate` turns a log path into a local one. */
export function deletedRows(vector, locate) {
  const rows = positions(content(vector, locate))
  if (rows.size !== Number(vector.cardinality)) throw new Refusal(`a deletion vector holds ${rows.size} rows; the log says ${vector.cardinality}`)
  return rows
}

function content({ storageType, pathOrInlineDv, offset, sizeInBytes }, locate) {
  if (storageType === 'i') return decodeZ85(pathOrInlineDv).subarray(0, Number(sizeInBytes))
  let path
  if (storageType === 'u') {
    const hex = decodeZ85(pathOrInlineDv.slice(-20)).toString('hex')
    const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    const prefix = pathOrInlineDv.slice(0, -20)
    path = locate(`${prefix === '' ? '' : `${encodeURIComponent(prefix)}/`}deletion_vector_${uuid}.bin`)
  } else if (storageType === 'p') path = locate(pathOrInlineDv)
  else throw new Refusal(`deletion vector storage '${storageType}' is not supported`)
  const file = readFileSync(path)
  if (file[0] !== 1) throw new Refusal(`${path}: deletion vector file of version ${file[0]}`)
  const start = Number(offset ?? 1)
  const size = file.readInt32BE(start)
  if (size !== Number(sizeInBytes)) throw new Refusal(`${path}: the vector at ${start} has ${size} bytes; the log says ${sizeInBytes}`)
  const bytes = file.subarray(start + 4, start + 4 + size)
  if (crc32(bytes) !== file.readUInt32BE(start + 4 + size)) throw new Refusal(`${path}: the checksum of the vector at ${start} does not match`)
  return bytes
}

/** The checksum of zlib and PNG. */
export function crc32(bytes) {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

function positions(bytes) {
  if (bytes.readUInt32LE(0) !== 1681511377) throw new Refusal(`a deletion vector begins with ${bytes.readUInt32LE(0)}, not 1681511377`)
  const rows = new Set()
  const buckets = Number(bytes.readBigUInt64LE(4))
  let at = 12
  for (let i = 0; i < buckets; i++) {
    const high = bytes.readUInt32LE(at) * 2 ** 32
    at = bitmap(bytes, at + 4, low => rows.add(high + low))
  }
  return rows
}

// The standard 32-bit format: https://github.com/RoaringBitmap/RoaringFormatSpec
function bitmap(bytes, at, add) {
  const cookie = bytes.readUInt32LE(at)
  at += 4
  const hasRuns = (cookie & 0xffff) === 12347
  if (!hasRuns && cookie !== 12346) throw new Refusal(`a roaring bitmap begins with ${cookie}`)
  let count
  let runFlags
  if (hasRuns) {
    count = (cookie >>> 16) + 1
    runFlags = bytes.subarray(at, (at += (count + 7) >> 3))
  } else {
    count = bytes.readUInt32LE(at)
    at += 4
  }
  const heads = at
  at += 4 * count
  if (!hasRuns || count >= 4) at += 4 * count // offsets, not needed to read from front to back
  for (let i = 0; i < count; i++) {
    const high = bytes.readUInt16LE(heads + 4 * i) * 65536
    const cardinality = bytes.readUInt16LE(heads + 4 * i + 2) + 1
    if (runFlags && runFlags[i >> 3] & (1 << (i & 7))) {
      const runs = bytes.readUInt16LE(at)
      at += 2
      for (let run = 0; run < runs; run++, at += 4) {
        const first = bytes.readUInt16LE(at)
        for (let j = 0; j <= bytes.readUInt16LE(at + 2); j++) add(high + first + j)
      }
    } else if (cardinality <= 4096) {
      for (let j = 0; j < cardinality; j++, at += 2) add(high + bytes.readUInt16LE(at))
    } else {
      for (let j = 0; j < 65536; j++) if (bytes[at + (j >> 3)] & (1 << (j & 7))) add(high + j)
      at += 8192
    }
  }
  return at
}
