// What the golden tables do not show: run by `node --test reader.test.mjs`.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { crc32, decodeZ85, deletedRows } from './deletion-vector.mjs'
import { locate } from './delta-log.mjs'
import { Refusal, dayText, decimalText, partitionText, timeText } from './values.mjs'

// The inline vector that delta-kernel tests with.
const inline = { storageType: 'i', pathOrInlineDv: '^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L', sizeInBytes: 44, cardinality: 6 }

test('an inline deletion vector gives its rows', () => {
  assert.deepEqual([...deletedRows(inline)], [3, 4, 7, 11, 18, 29])
})

test('a deletion vector of another length than the log says is refused', () => {
  assert.throws(() => deletedRows({ ...inline, cardinality: 5 }), Refusal)
  assert.throws(() => decodeZ85('abc'), Refusal)
})

test('a vector in a file of its own gives runs, bitmaps and arrays of two buckets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-interop-'))
  const int = (value, bytes) => { const b = Buffer.alloc(bytes); b.writeUIntLE(value, 0, bytes); return b }
  const bits = Buffer.alloc(8192, 0x55) // every other row: 32,768 of them
  const runs = Buffer.concat([int(12347 | ((2 - 1) << 16), 4), Buffer.of(0b01), // two containers, the first of runs; no offsets
    int(0, 2), int(12 - 1, 2), int(1, 2), int(32768 - 1, 2), int(2, 2), int(5, 2), int(9, 2), int(65534, 2), int(1, 2), bits])
  const array = Buffer.concat([int(12346, 4), int(1, 4), int(7, 2), int(2 - 1, 2), int(16, 4), int(1, 2), int(3, 2)])
  const data = Buffer.concat([int(1681511377, 4), int(2, 4), int(0, 4), int(0, 4), runs, int(1, 4), array])
  const size = Buffer.alloc(4)
  const checksum = Buffer.alloc(4)
  size.writeInt32BE(data.length)
  checksum.writeUInt32BE(crc32(data))
  const path = join(folder, 'vector.bin')
  writeFileSync(path, Buffer.concat([Buffer.of(1), size, data, checksum]))
  const vector = { storageType: 'p', pathOrInlineDv: pathToFileURL(path).href, offset: 1, sizeInBytes: data.length, cardinality: 12 + 32768 + 2 }
  const rows = deletedRows(vector, at => locate('/nowhere', at))
  assert.deepEqual([...rows].slice(0, 14), [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 65534, 65535, 65536, 65538])
  assert.deepEqual([...rows].slice(-2), [2 ** 32 + 7 * 65536 + 1, 2 ** 32 + 7 * 65536 + 3])
  assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926)
  rmSync(folder, { recursive: true })
})

test('days and times before 1970 and beyond 9999 are spelled as ISO 8601', () => {
  assert.equal(dayText(-719162), '0001-01-01')
  assert.equal(dayText(-1), '1969-12-31')
  assert.equal(dayText(2932897), '+010000-01-01')
  assert.equal(timeText(-1n, 'Z'), '"1969-12-31T23:59:59.999999Z"')
  for (let day = -800_000; day < 2_900_000; day += 997) if (day > -719162) assert.equal(dayText(day), new Date(day * 86_400_000).toISOString().slice(0, 10))
})

test('partition values are read by the type of their column', () => {
  assert.equal(decimalText(-5n, 3), '"-0.005"')
  assert.equal(partitionText('1.5e2', 'decimal(6,1)', 'p'), '"150.0"')
  assert.equal(partitionText('2024-01-02 03:04:05.5+02:00', 'timestamp', 'p'), '"2024-01-02T01:04:05.500000Z"')
  assert.equal(partitionText('', 'string', 'p'), 'null')
  assert.equal(partitionText('9007199254740993', 'long', 'p'), '"9007199254740993"')
  for (const [value, type] of [['inf', 'double'], ['nan', 'double'], ['1.25', 'decimal(3,1)'], ['x', 'date'], ['1', 'boolean'], ['1.0', 'long']])
    assert.throws(() => partitionText(value, type, 'p'), Refusal, `${value} as ${type}`)
})
