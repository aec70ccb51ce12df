import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { createSecretBox } from '../auth/secret-box.ts'

const saltBytes = 16
const keyBytes = 32

const derive = promisify<string, Buffer, number, Buffer>((passphrase, salt, length, done) =>
  scrypt(passphrase, salt, length, done),
)

/** Seals a key under a passphrase: scrypt (N 16,384, r 8, p 1) and AES-256-GCM, with a salt of its own. */
export async function sealWithPassphrase(key: Buffer, passphrase: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const box = createSecretBox(await derive(passphrase, salt, keyBytes))
  return `${salt.toString('base64url')}:${box.seal(key.toString('hex'))}`
}

/** Null when the passphrase is another one, or the text was changed. */
export async function openWithPassphrase(sealed: string, passphrase: string): Promise<Buffer | null> {
  const [salt, boxed] = sealed.split(':')
  const box = createSecretBox(await derive(passphrase, Buffer.from(salt ?? '', 'base64url'), keyBytes))
  try {
    return Buffer.from(box.open(boxed ?? ''), 'hex')
  } catch {
    return null
  }
}
