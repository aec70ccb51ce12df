import { z } from 'zod'
import type { DriverHealth } from '#server/core/queue/driver.ts'
import { parseJson } from './json-content.ts'
import { type Answer, contentFault } from './read-answer.ts'

/** The largest answer to a question for health that is read. */
export const healthAnswerBytes = 16 * 1024
export const healthRequest = {
  method: 'GET',
  path: '/health',
  headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'quarterdeck' },
} as const

const healthSchema = z.object({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  load: z.number().nullish().catch(null),
  details: z.object({ reason: z.string() }).nullish().catch(null),
})

type Health = Omit<DriverHealth, 'latencyMs'>

/** What an answer to `GET /health` says of an instance. */
export function readHealthAnswer(answer: Answer): Health {
  const { status } = answer
  if (status === 404) return say('degraded', 'answers, but has no /health')
  if (status >= 300 && status < 400) return say('unhealthy', `answers /health with a redirect (HTTP ${status})`)
  if (status < 200 || status > 299) return say('unhealthy', `answers /health with HTTP ${status}`)
  if (answer.body === null) return say('degraded', 'answers /health, but with far too much')
  const fault = contentFault(answer)
  if (fault !== null) return say('degraded', `answers /health, but the answer ${fault}`)
  const parsed = parseJson(answer.body)
  if (!parsed.ok) return say('degraded', `answers /health, but the answer ${parsed.fault}`)
  const health = healthSchema.safeParse(parsed.value)
  if (!health.success) return say('degraded', 'answers /health, but without a status of healthy, degraded or unhealthy')
  return {
    status: health.data.status,
    load: toLoad(health.data.load),
    reason: reasonOf(health.data),
  }
}

function reasonOf({ status, details }: z.output<typeof healthSchema>): string | null {
  if (status === 'healthy') return null
  return details ? `says it is ${status}: ${details.reason.slice(0, 300)}` : `says it is ${status}`
}

function toLoad(load: number | null | undefined): number | null {
  return load === null || load === undefined ? null : Math.min(Math.max(load, 0), 1)
}

function say(status: Health['status'], reason: string): Health {
  return { status, load: null, reason }
}
