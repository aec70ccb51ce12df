import { parseArgs } from 'node:util'
import type { BurstReport } from './operations/feeder.ts'
import { readState, stateFilePath } from './operations/state-file.ts'
import { requestJson } from './shared/json-http.ts'

const { values } = parseArgs({ options: { count: { type: 'string', default: '100' } } })
const { controlUrl } = await readState(stateFilePath(process.env))

async function burst(): Promise<string> {
  if (controlUrl === null) throw new Error('no fleet runs')
  const body = { count: Number(values.count) }
  const answer = await requestJson(`${controlUrl}/burst`, { method: 'POST', body, signal: AbortSignal.timeout(90_000) })
  if (answer.status !== 200) throw new Error((answer.body as { error: { message: string } }).error.message)
  const { requested, accepted, refused, durationMs } = answer.body as BurstReport
  const reasons = Object.entries(refused).map(([code, count]) => `, ${count} ${code}`)
  return `${accepted} of ${requested} tasks accepted in ${(durationMs / 1_000).toFixed(1)} s${reasons.join('')}`
}

try {
  process.stdout.write(`${await burst()}\n`)
} catch (error) {
  process.stderr.write(`burst: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
