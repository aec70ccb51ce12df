import { z } from 'zod'
import { uuidSchema } from './common.ts'
import { type Scope, scopes } from './people.ts'

export const createKeyInput = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(scopes)).min(1, 'name at least one scope').max(scopes.length),
})
export type CreateKey = z.output<typeof createKeyInput>

export const revokeKeyInput = z.strictObject({ id: uuidSchema })

/** A service's key as administrators see it; the secret itself is not stored and cannot be shown again. */
export interface KeyView {
  id: string
  name: string
  scopes: Scope[]
  createdBy: string
  createdAt: string
  /** Null while it is admitted. */
  revokedAt: string | null
}

/** The answer to creating a key: the only time its secret is shown. */
export interface CreatedKey extends KeyView {
  secret: string
}
