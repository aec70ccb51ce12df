import pg, { type Pool } from 'pg'
import type { KeptKey, KeyVault } from '../config/installation-key.ts'

/** The installation's key in PostgreSQL, sealed with the password of the connection. */
export class SqlKeyVault implements KeyVault {
  readonly #pool: Pool
  readonly #url: string

  constructor(options: { pool: Pool; url: string }) {
    this.#pool = options.pool
    this.#url = options.url
  }

  /** As the driver finds it: in the address, or in PGPASSWORD. Empty where no password is needed. */
  get passphrase(): string {
    return new pg.Client({ connectionString: this.#url }).password ?? ''
  }

  async read(): Promise<KeptKey | null> {
    const { rows } = await this.#pool.query<{ key_fingerprint: string; key_sealed: string | null }>(
      'SELECT key_fingerprint, key_sealed FROM installation',
    )
    return rows[0] ? { fingerprint: rows[0].key_fingerprint, sealed: rows[0].key_sealed } : null
  }

  async offer({ fingerprint, sealed }: KeptKey): Promise<void> {
    await this.#pool.query(
      'INSERT INTO installation (key_fingerprint, key_sealed) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING',
      [fingerprint, sealed],
    )
  }

  async reseal({ fingerprint, sealed }: KeptKey): Promise<void> {
    await this.#pool.query('UPDATE installation SET key_sealed = $2 WHERE key_fingerprint = $1', [fingerprint, sealed])
  }
}
