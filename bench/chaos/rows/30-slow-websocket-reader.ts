import { testKey } from '../../../server/testing/running-quarterdeck.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import { Load } from '../load.ts'
import { watchBesideSlowReader } from '../slow-reader.ts'

const readersOf = (isFull: boolean) => (isFull ? 199 : 39)
const slowBytesPerSecond = 1_024
const lagLimitMs = 1_000

export const slowWebsocketReader: FaultRow = {
  row: 30,
  fault: 'slow WebSocket reader',
  how: isFull =>
    `one of ${readersOf(isFull) + 1} readers of all events takes 1 KB/s of what is sent to it, at 20 tasks a second`,
  mustHold: `the others lag less than ${lagLimitMs / 1_000} s, and it is let go`,
  async run(stage) {
    const replica = await stage.startReplica()
    await stage.startModule('worker', () => ({ status: 200, body: 'done' }))
    const load = new Load(stage, { perSecond: 20 })
    const result = await watchBesideSlowReader({
      url: replica.url,
      key: testKey,
      readers: readersOf(stage.isFull),
      slowBytesPerSecond,
      patienceMs: 180_000,
    })
    await load.stop()
    await stage.untilIdle()
    const { events, lagP50Ms, lagP99Ms, lagMaxMs, droppedAfterMs } = result
    const drop = droppedAfterMs === null ? 'never let go' : `let go after ${(droppedAfterMs / 1_000).toFixed(0)} s`
    return {
      figure: `${events} events; lag of the others p50 ${lagP50Ms} ms, p99 ${lagP99Ms} ms, at most ${lagMaxMs} ms; ${drop}`,
      measured: { ...result },
      violations: violationsOf({
        'others lagged': lagP99Ms < lagLimitMs,
        'the slow one was kept': droppedAfterMs !== null,
        'nothing was seen': events > 0,
      }),
    }
  },
}
