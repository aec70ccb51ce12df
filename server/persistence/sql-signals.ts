import type { Signal, SignalPort } from '#server/core/replicas/signals.ts'
import type { Logger } from '#server/core/shared/logger.ts'
import type { ControlConnection } from './control-connection.ts'

/** PostgreSQL takes payloads of less than 8,000 bytes. */
const maxPayloadBytes = 7_900
/** More lanes than this are called out as any lane. */
const maxLanes = 200

/** Signals as notifications of PostgreSQL. */
export class SqlSignals implements SignalPort {
  readonly #control: ControlConnection
  readonly #replicaId: string
  readonly #logger: Logger

  constructor(options: { control: ControlConnection; replicaId: string; logger: Logger }) {
    this.#control = options.control
    this.#replicaId = options.replicaId
    this.#logger = options.logger
  }

  listen(ear: Parameters<SignalPort['listen']>[0]): void {
    this.#control.onReconnected(ear.onReconnected)
    this.#control.onNotification(payload => {
      const message = this.#parse(payload)
      if (message === null || message.from === this.#replicaId) return
      for (const signal of message.signals) ear.onSignal(signal)
    })
  }

  /** A notification need not survive a crash of the database: not waiting for the disk keeps its global lock short. */
  async send(signals: readonly Signal[]): Promise<void> {
    const payloads = toPayloads(this.#replicaId, signals)
    await this.#control.query({
      name: 'send-signals',
      text: `SELECT set_config('synchronous_commit', 'off', true), count(pg_notify('quarterdeck', payload))
             FROM unnest($1::text[]) AS payload`,
      values: [payloads],
    })
  }

  #parse(payload: string): { from: string | null; signals: Signal[] } | null {
    try {
      const message = JSON.parse(payload) as { from: string; signals: Signal[] } | Signal
      return 'signals' in message ? message : { from: null, signals: [message] }
    } catch {
      this.#logger.warn({ payload: payload.slice(0, 100) }, 'a notification was not understood')
      return null
    }
  }
}

/** As few messages as hold all signals; one that is too long for a message is sent in parts. */
export function toPayloads(from: string, signals: readonly Signal[]): string[] {
  const payloads: string[] = []
  let taken: Signal[] = []
  const wrap = (own: readonly Signal[]) => JSON.stringify({ from, signals: own })
  for (const signal of signals.flatMap(inParts)) {
    if (taken.length > 0 && Buffer.byteLength(wrap([...taken, signal])) > maxPayloadBytes) {
      payloads.push(wrap(taken))
      taken = []
    }
    taken.push(signal)
  }
  if (taken.length > 0) payloads.push(wrap(taken))
  return payloads.filter(payload => Buffer.byteLength(payload) <= maxPayloadBytes)
}

function inParts(signal: Signal): Signal[] {
  if (signal.kind === 'work' && signal.laneIds.length > maxLanes) return [{ kind: 'work', laneIds: [] }]
  if (signal.kind === 'checked') return signal.checks.map(check => ({ kind: 'checked', checks: [check] }))
  return [signal]
}
