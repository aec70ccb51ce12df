import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { QuarterdeckError } from '../core/shared/errors.ts'

/** The one secret of an installation. Each use takes a key of its own from it, so that no two uses share one. */
export interface InstallationKey {
  /** 32 bytes, always the same for the same purpose (HKDF-SHA-256, RFC 5869). */
  derive(purpose: string): Buffer
}

const fileName = 'secret.key'

/**
 * The key given by configuration, or the one in `<dataDir>/secret.key` (64 hexadecimal digits, mode 0600), which is made when
 * it is missing. Two processes that start at once end up with the same key. Throws CONFIG_INVALID when the file holds no key.
 */
export async function loadInstallationKey(config: {
  dataDir: string
  secretKey: Buffer | null
}): Promise<InstallationKey> {
  const key = config.secretKey ?? (await readOrMakeKey(config.dataDir))
  return { derive: purpose => Buffer.from(hkdfSync('sha256', key, 'quarterdeck', purpose, 32)) }
}

async function readOrMakeKey(dataDir: string): Promise<Buffer> {
  const file = path.join(dataDir, fileName)
  const existing = await readKey(file)
  if (existing) return existing
  await makeKey(dataDir, file)
  const made = await readKey(file)
  if (made) return made
  throw new Error(`The key file ${file} vanished while it was read`)
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
async function makeKey(dataDir: string, file: string): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}
