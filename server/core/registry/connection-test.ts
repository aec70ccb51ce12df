import type { ConnectionReport } from '../../contracts/connections.ts'
import type { DriverName } from '../../contracts/modules.ts'
import { CallQuota } from '../shared/call-quota.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import { normalizeEndpoint } from './instance-identity.ts'
import type { EndpointCheck } from './prepare-module.ts'

/** What one look at an endpoint found. */
export type EndpointProbe = Omit<ConnectionReport, 'endpoint'>

export interface ConnectionTestPorts {
  checkEndpoint: EndpointCheck
  /** Asks a service for its health over a connection of its own. Never rejects. */
  probeEndpoint: (endpoint: string, driver: DriverName, signal: AbortSignal) => Promise<EndpointProbe>
  clock: Clock
}

const timeoutMs = 10_000
/** Enough for filling in a form; too few for looking through a network. */
const quota = { calls: 20, windowMs: 60_000 }

const nothing = { connectMs: null, answerMs: null, httpStatus: null, load: null, tls: null } as const

/** Looks at services before they are registered. Changes nothing and is not audited. */
export class ConnectionTest {
  readonly #ports: ConnectionTestPorts
  readonly #quota: CallQuota

  constructor(ports: ConnectionTestPorts) {
    this.#ports = ports
    this.#quota = new CallQuota({ clock: ports.clock, ...quota })
  }

  /** What registering would meet there; an address that may not be called is not, and said to be refused. Throws RATE_LIMITED. */
  async run(by: Principal, endpoint: string): Promise<ConnectionReport> {
    const { checkEndpoint, probeEndpoint, clock } = this.#ports
    this.#quota.spend(`${by.tenantId} ${by.kind} ${by.id}`)
    const driver = endpoint.startsWith('local:') ? 'local' : 'http'
    try {
      await checkEndpoint(endpoint, driver)
    } catch (error) {
      if (!(error instanceof QuarterdeckError)) throw error
      return { endpoint, outcome: 'refused', reason: error.message, ...nothing }
    }
    const ending = new AbortController()
    const cancel = clock.setTimer(timeoutMs, () => ending.abort())
    try {
      const normalized = normalizeEndpoint(endpoint)
      return { endpoint: normalized, ...(await probeEndpoint(normalized, driver, ending.signal)) }
    } finally {
      cancel()
    }
  }
}
