import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'

const name = 'bench'

/** BullMQ with 100 jobs at once, on a Redis that flushes its log every second. */
export async function openContestant({ redisPort }) {
  const connection = new Redis(redisPort, '127.0.0.1', { maxRetriesPerRequest: null })
  const queue = new Queue(name, { connection })
  let submitted = 0
  return {
    async submitMany(count, first) {
      submitted += count
      await queue.addBulk(
        Array.from({ length: count }, (_, k) => ({
          name: 'noop',
          data: { n: first + k },
          opts: { priority: (k % 10) + 1, attempts: 3, removeOnComplete: { count: 1_000 } },
        })),
      )
    },
    async drain() {
      let ended = 0
      const all = Promise.withResolvers()
      const worker = new Worker(name, async () => {}, { connection, concurrency: 100 })
      worker.on('completed', () => {
        if (++ended === submitted) all.resolve()
      })
      await all.promise
      await worker.close()
      return ended
    },
    submitOne: n => queue.add('noop', { n }),
    async close() {
      await queue.obliterate({ force: true })
      await queue.close()
      connection.disconnect()
    },
  }
}
