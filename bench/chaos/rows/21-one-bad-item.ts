import { type FaultRow, violationsOf } from '../fault-row.ts'

const batchSize = 128

export const oneBadItem: FaultRow = {
  row: 21,
  fault: 'one bad item in a batch',
  how: isFull =>
    `batches of ${batchSize} with one entry that cannot be kept, at a random place, and one whose result cannot; ${isFull ? '500' : '20'} batches`,
  mustHold: `${batchSize - 1} commit; of those all but the one with the bad result succeed`,
  async run(stage) {
    await stage.startReplicas(2)
    const breaker = { failureThreshold: 1_000 }
    await stage.startModule(
      'worker',
      ({ payload }) => ({ status: 200, body: payload === 'bad result' ? 'NUL \0 inside' : 'done' }),
      { capacity: 128, breaker },
    )
    const batches = stage.isFull ? 500 : 20
    let [accepted, refusedRightly] = [0, 0]
    for (let batch = 0; batch < batches; batch++) {
      const bad = stage.draw(batchSize)
      const badResult = (bad + 1 + stage.draw(batchSize - 1)) % batchSize
      const payloadOf = (n: number) => (n === bad ? 'NUL \0' : n === badResult ? 'bad result' : n)
      const tasks = Array.from({ length: batchSize }, (_, n) => ({
        type: 'work',
        payload: payloadOf(n),
        maxAttempts: 1,
      }))
      const receipt = await stage.submit(tasks)
      accepted += receipt.accepted.length
      if (receipt.rejected.length === 1 && receipt.rejected[0]?.index === bad) refusedRightly++
    }
    await stage.untilIdle()
    const succeeded = await stage.count(`SELECT count(*) FROM outcome WHERE status = 'succeeded'`)
    const failed = await stage.count(`SELECT count(*) FROM outcome WHERE status = 'failed'`)
    const lost = batches * (batchSize - 1) - accepted
    return {
      figure: `${accepted} of ${batches} × ${batchSize - 1} committed, ${lost} lost; ${succeeded} succeeded, ${failed} failed`,
      measured: { batches, accepted, lost, succeeded, failed },
      violations: violationsOf({
        'good entries lost': lost === 0,
        'not only the bad entry refused': refusedRightly === batches,
        'good outcomes lost': succeeded === batches * (batchSize - 2) && failed === batches,
      }),
    }
  },
}
