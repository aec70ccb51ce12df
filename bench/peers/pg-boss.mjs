import { PgBoss } from 'pg-boss'

const queue = 'bench'
const batch = 500
const fetchers = 4

/** pg-boss at its fastest: jobs are fetched and completed 500 at a time by four loops. */
export async function openContestant({ databaseUrl }) {
  const boss = new PgBoss({ connectionString: databaseUrl, max: 10 })
  boss.on('error', error => console.error(error))
  await boss.start()
  await boss.createQueue(queue)
  return {
    submitMany: (count, first) =>
      boss.insert(
        queue,
        Array.from({ length: count }, (_, k) => ({ data: { n: first + k }, priority: k % 10, retryLimit: 3 })),
      ),
    async drain() {
      let ended = 0
      const fetchAll = async () => {
        for (;;) {
          const jobs = await boss.fetch(queue, { batchSize: batch })
          if (!jobs?.length) return
          await boss.complete(
            queue,
            jobs.map(job => job.id),
          )
          ended += jobs.length
        }
      }
      await Promise.all(Array.from({ length: fetchers }, fetchAll))
      return ended
    },
    submitOne: n => boss.send(queue, { n }),
    close: () => boss.stop({ graceful: false }),
  }
}
