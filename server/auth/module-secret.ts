import { randomBytes } from 'node:crypto'

/** A new secret as Standard Webhooks writes them: `whsec_` and 32 random bytes in base64. */
export function newModuleSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
