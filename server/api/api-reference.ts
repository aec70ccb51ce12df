import { z } from 'zod'
import { errorCodes } from '../contracts/errors.ts'
import type { Access } from './access.ts'
import { type BuiltProcedure, builtProcedures } from './app-router.ts'

/** A procedure as the reference lists it. */
export interface ProcedureEntry {
  path: string
  type: BuiltProcedure['type']
  access: Access
  /** The fields of its input, optional ones with a question mark; empty when it takes none. */
  fields: string[]
}

/** Every procedure there is, in the order of the router. Throws when one does not say who may call it. */
export function listProcedures(): ProcedureEntry[] {
  return [...builtProcedures].map(([path, { type, meta, inputs }]) => {
    if (!meta?.access) throw new Error(`${path} does not say who may call it`)
    return { path, type, access: meta.access, fields: fieldsOf(inputs?.[0]) }
  })
}

function fieldsOf(input: z.ZodType | undefined): string[] {
  if (!input) return []
  const { oneOf, ...schema } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  // Of alternatives, what only some of them have may be left out.
  const shapes = (oneOf ?? [schema]).map(shape => shape as { properties?: object; required?: string[] })
  const names = new Set(shapes.flatMap(({ properties = {} }) => Object.keys(properties)))
  const isRequired = (name: string) => shapes.every(({ required = [] }) => required.includes(name))
  return [...names].map(name => (isRequired(name) ? name : `${name}?`))
}

/** docs/api-reference.md: every procedure with who may call it, and every error code. */
export function renderApiReference(): string {
  const procedures = listProcedures().map(({ path, type, access, fields }) => {
    const input = fields.length > 0 ? `\`{${fields.join(', ')}}\`` : ''
    return `| \`${path}\` | ${type} | ${access.role} | ${scopeText(access)} | ${input} |`
  })
  const errors = Object.entries(errorCodes).map(([code, status]) => `| \`${code}\` | ${status} |`)
  return [
    '# API reference',
    '',
    'Made from the router and `server/contracts/errors.ts` by `server/api/api-reference.test.ts`; after a change run it once with',
    '`vitest run -u`. How to call it is told in [api.md](api.md).',
    '',
    '## Procedures',
    '',
    'People need the role or a stronger one (viewer < operator < approver < admin), keys need the scope; `module` admits the key of a',
    'module too, for its own. `?` marks what may be left out; types, limits and defaults are in `server/contracts/`.',
    '',
    '| procedure | kind | role | scope | input |',
    '|---|---|---|---|---|',
    ...procedures,
    '',
    '## Error codes',
    '',
    'The code is `error.data.appCode`, the number the HTTP status.',
    '',
    '| code | status |',
    '|---|---|',
    ...errors,
    '',
  ].join('\n')
}

function scopeText({ scope, ofModule }: Access): string {
  if (ofModule) return `\`${scope}\`, module`
  if (scope === 'any') return 'any key'
  return scope === 'none' ? 'people only' : `\`${scope}\``
}
