// Values as canonical JSON text, see README.md: one spelling for each value, so that rows can be compared as text.

/** The table cannot or may not be read; the message says why. */
export class Refusal extends Error {}

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const decimal = /^decimal\((\d+),\s*(-?\d+)\)$/
const primitives = new Set(['string', 'long', 'integer', 'short', 'byte', 'float', 'double', 'boolean', 'binary', 'date', 'timestamp', 'timestamp_ntz', 'void'])

/** Throws a Refusal where a schema holds a type that this reader does not know. */
export function checkType(type, where) {
  if (typeof type === 'string') {
    if (!primitives.has(type) && !decimal.test(type)) throw new Refusal(`column ${where}: type ${type} is not supported`)
  } else if (type.type === 'struct') type.fields.forEach(field => checkType(field.type, `${where}.${field.name}`))
  else if (type.type === 'array') checkType(type.elementType, `${where}.element`)
  else if (type.type === 'map') {
    checkType(type.keyType, `${where}.key`)
    checkType(type.valueType, `${where}.value`)
  } else throw new Refusal(`column ${where}: type ${JSON.stringify(type)} is not supported`)
}

export const integerText = value => (value > 9007199254740991 || value < -9007199254740991 ? `"${value}"` : `${value}`)
export const floatText = value => (Number.isFinite(value) && !Object.is(value, -0) ? `${value}` : Object.is(value, -0) ? '"-0"' : `"${value}"`)
export const bytesText = value => `"${Buffer.from(value).toString('hex')}"`

/** A decimal at its scale: 12.30 of decimal(5,2). */
export function decimalText(unscaled, scale) {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return `"${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}"`
}

/** Same value at another scale; digits are never dropped. */
export function rescale(unscaled, from, to) {
  if (to >= from) return unscaled * 10n ** BigInt(to - from)
  const factor = 10n ** BigInt(from - to)
  if (unscaled % factor !== 0n) throw new Refusal(`a decimal of scale ${from} does not fit scale ${to}`)
  return unscaled / factor
}

const floorDivide = (value, by) => (value - (((value % by) + by) % by)) / by

/** Days since 1970-01-01 in the proleptic Gregorian calendar. Done by hand: years of Delta go beyond those of Date. */
export function dayText(days) {
  const z = days + 719468
  const era = Math.floor(z / 146097)
  const dayOfEra = z - era * 146097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const pad = (n, width) => String(n).padStart(width, '0')
  const yearText = year < 0 ? `-${pad(-year, 6)}` : year > 9999 ? `+${pad(year, 6)}` : pad(year, 4)
  return `${yearText}-${pad(month, 2)}-${pad(dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1, 2)}`
}

export function timeText(micros, zone) {
  const days = floorDivide(micros, 86_400_000_000n)
  const rest = micros - days * 86_400_000_000n
  const seconds = Number(rest / 1_000_000n)
  const pad = (n, width) => String(n).padStart(width, '0')
  return `"${dayText(Number(days))}T${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${pad(rest % 1_000_000n, 6)}${zone}"`
}

/** The function from a raw Parquet value to canonical text; type widening is the pairs that are not the same. */
export function leafText(type, element, where) {
  const { type: physical, logical_type: logical, converted_type: converted } = element
  const annotation = logical?.type ?? converted
  const wrong = () => new Refusal(`column ${where}: ${type} cannot be read from Parquet ${physical}${annotation ? ` (${annotation})` : ''}`)
  const whole = (physical === 'INT32' || physical === 'INT64') && !/DATE|TIME|DECIMAL/.test(annotation ?? '')
  const scaled = decimal.exec(type)
  if (scaled) {
    const scale = Number(scaled[2])
    const from = annotation === 'DECIMAL' ? (logical?.scale ?? element.scale ?? 0) : whole ? 0 : undefined
    if (from === undefined) throw wrong()
    return remembered(raw => decimalText(rescale(typeof raw === 'object' ? signed(raw) : BigInt(raw), from, scale), scale))
  }
  switch (type) {
    case 'string': if (physical === 'BYTE_ARRAY') return raw => JSON.stringify(text.decode(raw)); break
    case 'binary': if (physical.endsWith('BYTE_ARRAY')) return bytesText; break
    case 'byte': case 'short': case 'integer': case 'long': if (whole && (type === 'long' || physical === 'INT32')) return integerText; break
    case 'float': if (physical === 'FLOAT') return floatText; break
    case 'double': if (physical === 'FLOAT' || physical === 'DOUBLE' || (whole && physical === 'INT32')) return floatText; break
    case 'boolean': if (physical === 'BOOLEAN') return raw => `${raw}`; break
    case 'date': if (annotation === 'DATE') return raw => `"${dayText(raw)}"`; break
    case 'timestamp': case 'timestamp_ntz': {
      const zone = type === 'timestamp' ? 'Z' : ''
      if (physical === 'INT96') return nanos => timeText(floorDivide(nanos, 1000n), zone)
      if (annotation === 'DATE' && zone === '') return days => timeText(BigInt(days) * 86_400_000_000n, zone)
      const unit = logical?.type === 'TIMESTAMP' ? logical.unit : { TIMESTAMP_MICROS: 'MICROS', TIMESTAMP_MILLIS: 'MILLIS' }[converted]
      if (unit === 'MICROS') return micros => timeText(micros, zone)
      if (unit === 'MILLIS') return millis => timeText(millis * 1000n, zone)
      if (unit === 'NANOS') return nanos => timeText(floorDivide(nanos, 1000n), zone)
    }
  }
  throw wrong()
}

// Values of a dictionary come again and again, bytes as the same object.
function remembered(text) {
  const known = new Map()
  return raw => {
    let result = known.get(raw)
    if (result === undefined) {
      if (known.size > 65536) known.clear()
      known.set(raw, (result = text(raw)))
    }
    return result
  }
}

function signed(bytes) {
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
  return bytes.length > 0 && bytes[0] >= 128 ? value - (1n << BigInt(8 * bytes.length)) : value
}

/** A partition value of the log, by the type of its column; null and the empty text are null for every type. */
export function partitionText(value, type, where) {
  if (value === null || value === undefined || value === '' || type === 'void') return 'null'
  const wrong = () => new Refusal(`partition column ${where}: '${value}' is not a ${type}`)
  const scaled = decimal.exec(type)
  if (scaled) {
    const parts = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(value)
    if (!parts || parts[2] + parts[3] === '') throw wrong()
    const digits = BigInt(`${parts[2]}${parts[3]}`) * (parts[1] === '-' ? -1n : 1n)
    const from = parts[3].length - Number(parts[4] ?? 0)
    return decimalText(from < 0 ? rescale(digits * 10n ** BigInt(-from), 0, Number(scaled[2])) : rescale(digits, from, Number(scaled[2])), Number(scaled[2]))
  }
  switch (type) {
    case 'string': return JSON.stringify(value)
    case 'binary': return bytesText(Buffer.from(value, 'utf8'))
    case 'byte': case 'short': case 'integer': case 'long':
      if (!/^[+-]?\d+$/.test(value)) throw wrong()
      return integerText(BigInt(value.replace(/^\+/, '')))
    case 'float': case 'double': {
      // As Java spells them, and so every engine that shares tables with Spark: NaN, Infinity, -Infinity; not nan, not inf.
      if (!/^([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|NaN|[+-]?Infinity)$/.test(value)) throw wrong()
      const number = Number(value)
      return floatText(type === 'float' ? Math.fround(number) : number)
    }
    case 'boolean':
      if (!/^(true|false)$/i.test(value)) throw wrong()
      return value.toLowerCase()
    case 'date':
      return `"${dayText(daysOf(/^([+-]?\d{4,6})-(\d\d)-(\d\d)$/.exec(value), wrong))}"`
    case 'timestamp': case 'timestamp_ntz': {
      const parts = /^([+-]?\d{4,6})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/.exec(value)
      const days = daysOf(parts, wrong)
      const micros = BigInt((parts[7] ?? '').padEnd(6, '0').slice(0, 6))
      const zone = /^([+-])(\d\d):?(\d\d)$/.exec(parts[8] ?? '')
      const offset = zone ? Number(`${zone[1]}1`) * (Number(zone[2]) * 60 + Number(zone[3])) : 0
      const seconds = days * 86400 + Number(parts[4] ?? 0) * 3600 + (Number(parts[5] ?? 0) - offset) * 60 + Number(parts[6] ?? 0)
      return timeText(BigInt(seconds) * 1_000_000n + micros, type === 'timestamp' ? 'Z' : '')
    }
  }
  throw new Refusal(`partition column ${where}: type ${JSON.stringify(type)} cannot partition a table`)
}

function daysOf(parts, wrong) {
  if (!parts) throw wrong()
  const date = new Date(0)
  date.setUTCFullYear(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]))
  if (Number.isNaN(date.getTime())) throw wrong()
  return date.getTime() / 86_400_000
}
