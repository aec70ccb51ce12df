import { createHash, hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { QuarterdeckError } from '../core/shared/errors.ts'
import { openWithPassphrase, sealWithPassphrase } from './passphrase-box.ts'

/** The one secret of an installation. Each use takes a key of its own from it, so that no two uses share one. */
export interface InstallationKey {
  /** 32 bytes, always the same for the same purpose (HKDF-SHA-256, RFC 5869). */
  derive(purpose: string): Buffer
}

/** What the database keeps of the key: enough to recognize it, and, unless operators give it out themselves, the key sealed. */
export interface KeptKey {
  fingerprint: string
  sealed: string | null
}

/** Where replicas that share nothing but a database agree on the key. */
export interface KeyVault {
  read(): Promise<KeptKey | null>
  /** Keeps it unless there is one already. */
  offer(kept: KeptKey): Promise<void>
  /** Replaces the sealed form of the key with this fingerprint. */
  reseal(kept: KeptKey): Promise<void>
  /** The password of the connection to the database. Whoever has the database alone, a dump of it, does not have this. */
  readonly passphrase: string
}

const fileName = 'secret.key'

/**
 * The key given by configuration, the one in `<dataDir>/secret.key` (64 hexadecimal digits, mode 0600), or else the one that the
 * first replica made and left in the vault. All replicas of a database have the same or do not start: throws CONFIG_INVALID
 * when this one has another, or cannot come by it.
 */
export async function loadInstallationKey(
  config: { dataDir: string; secretKey: Buffer | null },
  vault: KeyVault,
): Promise<InstallationKey> {
  const key = await findKey(config, vault)
  return { derive: purpose => Buffer.from(hkdfSync('sha256', key, 'quarterdeck', purpose, 32)) }
}

async function findKey(config: { dataDir: string; secretKey: Buffer | null }, vault: KeyVault): Promise<Buffer> {
  const file = path.join(config.dataDir, fileName)
  const own = config.secretKey ?? (await readKey(file))
  const kept = (await vault.read()) ?? (await offerKey(own ?? randomBytes(32), config.secretKey !== null, vault))
  if (own === null) {
    const shared = await openKept(kept, vault)
    await keepKey(config.dataDir, file, shared)
    return shared
  }
  if (fingerprintOf(own) !== kept.fingerprint) throw isAnother(config.secretKey === null ? file : null)
  if (config.secretKey === null && !(await canOpen(kept, vault))) {
    // The password of the database was changed, or the key was given out by hand before: others may come by it again.
    await vault.reseal({ fingerprint: kept.fingerprint, sealed: await sealWithPassphrase(own, vault.passphrase) })
  }
  return own
}

/** Replicas that start at once all offer one; what the vault then holds is the key of all. */
async function offerKey(key: Buffer, isGivenOut: boolean, vault: KeyVault): Promise<KeptKey> {
  const sealed = isGivenOut ? null : await sealWithPassphrase(key, vault.passphrase)
  await vault.offer({ fingerprint: fingerprintOf(key), sealed })
  const kept = await vault.read()
  if (kept) return kept
  throw new Error('the key of the installation vanished while it was read')
}

async function openKept(kept: KeptKey, vault: KeyVault): Promise<Buffer> {
  if (kept.sealed === null) {
    throw new QuarterdeckError('CONFIG_INVALID', {
      message: 'The other replicas of this database have their key from QUARTERDECK_SECRET_KEY, and this one has none.',
      action: 'Set QUARTERDECK_SECRET_KEY to the same value here.',
    })
  }
  const key = await openWithPassphrase(kept.sealed, vault.passphrase)
  if (key && fingerprintOf(key) === kept.fingerprint) return key
  throw new QuarterdeckError('CONFIG_INVALID', {
    message:
      'The key of this installation, kept in its database, cannot be opened with the password of this DATABASE_URL.',
    action:
      'After a change of the password start a replica that has a secret.key first, or copy its secret.key into the data folder here.',
  })
}

async function canOpen(kept: KeptKey, vault: KeyVault): Promise<boolean> {
  return kept.sealed !== null && (await openWithPassphrase(kept.sealed, vault.passphrase)) !== null
}

function isAnother(file: string | null): QuarterdeckError {
  return new QuarterdeckError('CONFIG_INVALID', {
    message: `The key ${file === null ? 'in QUARTERDECK_SECRET_KEY' : `in ${file}`} is not the key of the installation that uses this database.`,
    action:
      file === null
        ? 'Set it to the same value as on the other replicas.'
        : 'Bring back the right secret.key; if this replica is new here, remove the file and it takes the right one over.',
  })
}

function fingerprintOf(key: Buffer): string {
  const own = Buffer.from(hkdfSync('sha256', key, 'quarterdeck', 'fingerprint', 32))
  return createHash('sha256').update(own).digest('hex').slice(0, 32)
}

async function readKey(file: string): Promise<Buffer | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  if (/^[0-9a-f]{64}\n?$/i.test(text)) return Buffer.from(text.trim(), 'hex')
  throw new QuarterdeckError('CONFIG_INVALID', {
    message: `The key file ${file} does not hold 64 hexadecimal digits.`,
    action: 'Restore the file from a backup, or set QUARTERDECK_SECRET_KEY.',
  })
}

/** Writes a whole file under another name first: a link either appears complete or, when somebody was faster, not at all. */
async function keepKey(dataDir: string, file: string, key: Buffer): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}
