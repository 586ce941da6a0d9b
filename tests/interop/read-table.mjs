// Prints the rows of a Delta table as canonical JSON lines: node read-table.mjs FOLDER [--version N] [--sorted]
// Exit code 1 with the reason on standard error where the table is refused, 2 where the command is wrong.
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { openTable } from './delta-reader.mjs'

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { version: { type: 'string' }, sorted: { type: 'boolean' } } })
if (positionals.length !== 1 || (options.version !== undefined && !/^\d+$/.test(options.version))) {
  process.stderr.write('usage: node read-table.mjs FOLDER [--version N] [--sorted]\n')
  process.exit(2)
}

let buffer = ''
async function print(line) {
  buffer += `${line}\n`
  if (buffer.length > 1 << 16) await flush()
}

async function flush() {
  const text = buffer
  buffer = ''
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

try {
  const table = await openTable(positionals[0], options.version === undefined ? undefined : Number(options.version))
  if (options.sorted) {
    const lines = []
    for await (const row of table.rows()) lines.push(row)
    for (const line of lines.sort()) await print(line)
  } else for await (const row of table.rows()) await print(row)
  await flush()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
