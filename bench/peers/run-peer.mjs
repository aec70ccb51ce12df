import { race } from './race.mjs'

/** One contestant in a process of its own: `run-peer.mjs <name> <jobs>`; where it works comes by DATABASE_URL and REDIS_PORT. */
const [name, jobs] = process.argv.slice(2)
const { openContestant } = await import(`./${name}.mjs`)
const contestant = await openContestant({
  databaseUrl: process.env.DATABASE_URL,
  redisPort: Number(process.env.REDIS_PORT),
})
console.log(JSON.stringify(await race(contestant, Number(jobs))))
process.exit(0)
