import { openCosts } from './costs.mjs'

/**
 * What every contestant does: submit `jobs` jobs without work, 1,000 at a time, then run them all, then submit single ones.
 * @typedef {object} Contestant
 * @property {(count: number, first: number) => Promise<unknown>} submitMany
 * @property {() => Promise<number>} drain Runs what was submitted, answers how many jobs ended.
 * @property {(n: number) => Promise<unknown>} submitOne
 * @property {() => Promise<unknown>} close
 *
 * @typedef {object} RaceResult
 * @property {number} submitPerSecond
 * @property {number} drainPerSecond
 * @property {number} endToEndPerSecond
 * @property {number} submitP50Ms
 * @property {number} submitP99Ms
 * @property {import('./costs.mjs').Costs} perJob What each job took, single submissions included.
 */

const bulk = 1_000
const singles = 500

/**
 * Throws when not every job ended exactly once.
 * @param {Contestant} contestant
 * @param {number} jobs
 * @returns {Promise<RaceResult>}
 */
export async function race(contestant, jobs) {
  const costs = await openCosts(process.env.DATABASE_URL)
  const before = await costs.read()
  const begun = performance.now()
  for (let first = 0; first < jobs; first += bulk) await contestant.submitMany(Math.min(bulk, jobs - first), first)
  const submitted = performance.now()
  const ended = await contestant.drain()
  const drained = performance.now()
  if (ended !== jobs) throw new Error(`${ended} of ${jobs} jobs ended`)
  const latencies = []
  for (let n = 0; n < singles; n++) {
    const at = performance.now()
    await contestant.submitOne(n)
    latencies.push(performance.now() - at)
  }
  await contestant.close()
  await costs.untilAlone()
  const after = await costs.read()
  await costs.close()
  latencies.sort((a, b) => a - b)
  const perSecond = ms => Math.round((jobs / ms) * 1_000)
  const quantile = fraction => Math.round(latencies[Math.floor(singles * fraction)] * 100) / 100
  return {
    submitPerSecond: perSecond(submitted - begun),
    drainPerSecond: perSecond(drained - submitted),
    endToEndPerSecond: perSecond(drained - begun),
    submitP50Ms: quantile(0.5),
    submitP99Ms: quantile(0.99),
    perJob: Object.fromEntries(
      Object.entries(after).map(([name, value]) => [
        name,
        Math.round(((value - before[name]) / (jobs + singles)) * 10) / 10,
      ]),
    ),
  }
}
