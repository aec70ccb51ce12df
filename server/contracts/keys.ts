import { z } from 'zod'
import { moduleIdSchema, uuidSchema } from './common.ts'
import { type Scope, scopes } from './people.ts'

/** A service's key has scopes; a module's key is for what is the module's own, and has none. */
export const createKeyInput = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(scopes)).max(scopes.length).default([]),
    moduleId: moduleIdSchema.optional(),
  })
  .refine(({ scopes: granted, moduleId }) => granted.length > 0 !== (moduleId !== undefined), {
    path: ['scopes'],
    error: 'name at least one scope, or the module that the key is for',
  })
export type CreateKey = z.output<typeof createKeyInput>

export const revokeKeyInput = z.strictObject({ id: uuidSchema })

/** A key as administrators see it; the secret itself is not stored and cannot be shown again. */
export interface KeyView {
  id: string
  name: string
  /** Empty for the key of a module. */
  scopes: Scope[]
  /** The module that it is the key of; null for that of a service. */
  moduleId: string | null
  createdBy: string
  createdAt: string
  /** Null while it is admitted. */
  revokedAt: string | null
}

/** The answer to creating a key: the only time its secret is shown. */
export interface CreatedKey extends KeyView {
  secret: string
}
