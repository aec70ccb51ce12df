import { z } from 'zod'
import { instanceInput } from './instance-input.ts'

export const testConnectionInput = z.strictObject({ endpoint: instanceInput.shape.endpoint })

/**
 * What a connection test found. `refused`: this installation does not call such addresses, and did not. `unreachable`: no
 * answer to `GET {endpoint}/health` came. Otherwise what the answer says of the service.
 */
export const connectionOutcomes = ['healthy', 'degraded', 'unhealthy', 'unreachable', 'refused'] as const
export type ConnectionOutcome = (typeof connectionOutcomes)[number]

export interface ConnectionReport {
  /** As it would be registered. */
  endpoint: string
  outcome: ConnectionOutcome
  /** Why it is not healthy, a sentence; null when it is. */
  reason: string | null
  /** Until the connection stood, encryption included; null when it never did. */
  connectMs: number | null
  /** Until the whole answer was there; null when none came. */
  answerMs: number | null
  httpStatus: number | null
  /** 0-1, when the service says so. */
  load: number | null
  /** Null for connections that are not encrypted, or were never made. A certificate that is not trusted makes no connection. */
  tls: { protocol: string; subject: string | null; issuer: string | null; validUntil: string | null } | null
}
