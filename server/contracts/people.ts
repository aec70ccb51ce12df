import { z } from 'zod'

/** Roles of people, weakest first; each may do all that the ones before it may. */
export const roles = ['viewer', 'operator', 'approver', 'admin'] as const
export type Role = (typeof roles)[number]

/** What a service key may do. */
export const scopes = [
  'tasks:submit',
  'tasks:read',
  'modules:read',
  'modules:write',
  'health:read',
  'health:report',
  'events:read',
  'stats:read',
] as const
export type Scope = (typeof scopes)[number]

export const roleSchema = z.enum(roles)

export const passwordSchema = z.string().min(12, 'must have at least 12 characters').max(128)

export const addPersonInput = z.strictObject({
  email: z.email().max(200),
  name: z.string().trim().min(1).max(100),
  role: roleSchema,
  password: passwordSchema,
})
export const setRoleInput = z.strictObject({ id: z.string().min(1).max(100), role: roleSchema })
export const removePersonInput = z.strictObject({ id: z.string().min(1).max(100) })
export const setPasswordInput = z.strictObject({ id: z.string().min(1).max(100), password: passwordSchema })
export const changePasswordInput = z.strictObject({
  currentPassword: z.string().min(1).max(128),
  newPassword: passwordSchema,
})

export interface PersonView {
  id: string
  email: string
  name: string
  role: Role
  createdAt: string
  lastSignInAt: string | null
}

/** Who is asking, as the browser sees it. */
export interface Viewer {
  kind: 'person' | 'service'
  id: string
  name: string
  email: string | null
  role: Role | null
  scopes: Scope[]
  tenantId: string
}
