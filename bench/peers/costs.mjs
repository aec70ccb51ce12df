import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'

/**
 * What a run took of the machine so far; the difference of two readings is what it took in between.
 * @typedef {object} Costs
 * @property {number} clientCpuUs CPU of this process.
 * @property {number} databaseCpuUs CPU of the database server, all its processes.
 * @property {number} walBytes
 * @property {number} commits
 * @property {number} deadRows Versions of rows that updates and deletes have left behind.
 */

/** Clock ticks per second in /proc (sysconf CLK_TCK), 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/**
 * Reads over a connection of its own. Sessions report what they did when they end: the last reading comes after that.
 * @param {string} databaseUrl
 */
export async function openCosts(databaseUrl) {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  return {
    /** @returns {Promise<Costs>} */
    async read() {
      const { rows } = await client.query(`
        SELECT pg_current_wal_lsn() - '0/0' AS wal, split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid,
               (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) AS commits,
               (SELECT coalesce(sum(n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables) AS dead`)
      const { user, system } = process.cpuUsage()
      return {
        clientCpuUs: user + system,
        databaseCpuUs: cpuUsOf(rows[0].pid),
        walBytes: Number(rows[0].wal),
        commits: Number(rows[0].commits),
        deadRows: Number(rows[0].dead),
      }
    },
    /** Resolves when nobody else is connected to the database. */
    async untilAlone() {
      for (let waited = 0; waited < 5_000; waited += 50) {
        const { rows } = await client.query(`
          SELECT count(*)::int AS others FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`)
        if (rows[0].others === 0) return
        await new Promise(resolve => setTimeout(resolve, 50))
      }
    },
    close: () => client.end(),
  }
}

/**
 * CPU of a process, of those it has waited for, and of its living children.
 * @param {number} pid
 */
function cpuUsOf(pid) {
  let ticks = sum(statOf(pid), [11, 12, 13, 14])
  for (const name of readdirSync('/proc').filter(entry => /^\d+$/.test(entry))) {
    const fields = statOf(Number(name))
    if (Number(fields[1]) === pid) ticks += sum(fields, [11, 12])
  }
  return (ticks * 1_000_000) / ticksPerSecond
}

/**
 * What /proc says of a process from its state on; nothing when it is gone.
 * @param {number} pid
 */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  } catch {
    return []
  }
}

/**
 * @param {string[]} fields
 * @param {number[]} places
 */
function sum(fields, places) {
  return places.reduce((total, place) => total + Number(fields[place] ?? 0), 0)
}
