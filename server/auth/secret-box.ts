import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { SecretBox } from '#server/core/shared/secret-box.ts'

const keyBytes = 32
/** 96 bits drawn at random, as NIST SP 800-38D wants them: safe for 2^32 secrets under one key. */
const nonceBytes = 12
const tagBytes = 16
const scheme = 'v1'

/** Seals with AES-256-GCM under one key of 32 bytes, as `v1.<base64url of nonce, tag and ciphertext>`. */
export function createSecretBox(key: Uint8Array): SecretBox {
  if (key.length !== keyBytes) throw new RangeError(`The key must have ${keyBytes} bytes, not ${key.length}.`)
  return {
    seal(secret) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return `${scheme}.${Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')}`
    },
    open(sealed) {
      const [version, encoded] = sealed.split('.')
      const box = Buffer.from(encoded ?? '', 'base64url')
      if (version !== scheme || box.length < nonceBytes + tagBytes) throw new Error('This is not a sealed secret.')
      const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, nonceBytes), { authTagLength: tagBytes })
      decipher.setAuthTag(box.subarray(nonceBytes, nonceBytes + tagBytes))
      try {
        return decipher.update(box.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw new Error('The secret was sealed with another key, or was changed since.', { cause })
      }
    },
  }
}
