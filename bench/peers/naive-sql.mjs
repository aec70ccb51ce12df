import pg from 'pg'

const batch = 500
const loops = 2

/** One table and SKIP LOCKED, nothing else: what PostgreSQL alone does. */
export async function openContestant({ databaseUrl }) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 })
  await pool.query(`
    CREATE TABLE job (
      id uuid PRIMARY KEY, priority int, status smallint DEFAULT 0, payload jsonb,
      created_at timestamptz DEFAULT now(), ended_at timestamptz, result jsonb
    ) WITH (fillfactor = 50);
    CREATE INDEX ON job (priority, id) WHERE status = 0`)
  return {
    submitMany: (count, first) =>
      pool.query(
        `INSERT INTO job (id, priority, payload)
         SELECT gen_random_uuid(), n % 10, jsonb_build_object('n', n + $2::int) FROM generate_series(1, $1::int) n`,
        [count, first],
      ),
    async drain() {
      let ended = 0
      const takeAll = async () => {
        for (;;) {
          const { rows } = await pool.query(
            `UPDATE job SET status = 1 WHERE id IN (
               SELECT id FROM job WHERE status = 0 ORDER BY priority, id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id`,
            [batch],
          )
          if (rows.length === 0) return
          const ids = rows.map(row => row.id)
          await pool.query(`UPDATE job SET status = 2, ended_at = now(), result = '{"ok":1}' WHERE id = ANY ($1)`, [
            ids,
          ])
          ended += rows.length
        }
      }
      await Promise.all(Array.from({ length: loops }, takeAll))
      return ended
    },
    submitOne: n => pool.query('INSERT INTO job (id, priority, payload) VALUES (gen_random_uuid(), 1, $1)', [{ n }]),
    close: () => pool.end(),
  }
}
