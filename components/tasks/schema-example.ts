type Schema = Record<string, unknown>

const mostDepth = 8
/** Values that JSON Schema's formats accept. */
const formats: Record<string, string> = {
  'date-time': '2026-01-01T12:00:00Z',
  date: '2026-01-01',
  time: '12:00:00Z',
  duration: 'PT1H',
  email: 'someone@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  'uri-reference': '/path',
  uuid: '00000000-0000-4000-8000-000000000000',
}

/**
 * A value to begin with for a JSON Schema: its own example or default, else the smallest that its types, required
 * properties and bounds ask for. Patterns and conditions are not looked at, so it may need a touch by hand.
 */
export function exampleOf(schema: unknown): unknown {
  return build(schema, isObject(schema) ? schema : {}, 0)
}

function build(node: unknown, root: Schema, depth: number): unknown {
  if (!isObject(node) || depth > mostDepth) return null
  const schema = resolve(node, root)
  const given = givenValue(schema)
  if (given !== undefined) return given
  const merged = Array.isArray(schema['allOf']) ? mergeAll(schema, schema['allOf'], root) : schema
  const choices = merged['oneOf'] ?? merged['anyOf']
  if (Array.isArray(choices) && !('properties' in merged)) return build(choices[0], root, depth + 1)
  switch (typeOf(merged)) {
    case 'object':
      return buildObject(merged, root, depth)
    case 'array':
      return buildArray(merged, root, depth)
    case 'string':
      return buildString(merged)
    case 'integer':
    case 'number':
      return buildNumber(merged)
    case 'boolean':
      return false
    default:
      return null
  }
}

function givenValue(schema: Schema): unknown {
  if ('const' in schema) return schema['const']
  if ('default' in schema) return schema['default']
  if ('example' in schema) return schema['example']
  const examples = schema['examples'] ?? schema['enum']
  return Array.isArray(examples) ? examples[0] : undefined
}

function typeOf(schema: Schema): unknown {
  const { type } = schema
  if (Array.isArray(type)) return type.find(each => each !== 'null') ?? 'null'
  if (type !== undefined) return type
  if ('properties' in schema || 'required' in schema) return 'object'
  return 'items' in schema ? 'array' : undefined
}

/** Required properties, and those that come with a value of their own. */
function buildObject(schema: Schema, root: Schema, depth: number): Schema {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'].filter(name => typeof name === 'string') : []
  const offered = Object.keys(properties).filter(name => {
    const property = properties[name]
    return isObject(property) && ('default' in property || 'examples' in property)
  })
  const names = [
    ...new Set([...Object.keys(properties).filter(name => required.includes(name)), ...required, ...offered]),
  ]
  return Object.fromEntries(names.map(name => [name, build(properties[name], root, depth + 1)]))
}

function buildArray(schema: Schema, root: Schema, depth: number): unknown[] {
  const least = Number(schema['minItems'] ?? 0)
  const tuple = schema['prefixItems']
  if (Array.isArray(tuple)) return tuple.map(item => build(item, root, depth + 1))
  const count = Math.min(Math.max(least, isObject(schema['items']) ? 1 : 0), 20)
  return Array.from({ length: count }, () => build(schema['items'], root, depth + 1))
}

function buildString(schema: Schema): string {
  const { format, minLength } = schema
  const text = (typeof format === 'string' ? formats[format] : undefined) ?? ''
  return text.padEnd(Math.min(Number(minLength ?? 0), 1_000), 'x')
}

function buildNumber(schema: Schema): number {
  const above = schema['exclusiveMinimum']
  const below = schema['exclusiveMaximum']
  const step = schema['type'] === 'integer' ? 1 : 0.5
  const least = typeof above === 'number' ? above + step : Number(schema['minimum'] ?? -Infinity)
  const most = typeof below === 'number' ? below - step : Number(schema['maximum'] ?? Infinity)
  const value = Math.max(least, Math.min(most, 0))
  return schema['type'] === 'integer' ? Math.ceil(value) : value
}

/** Follows references within the document; others are left as they are. */
function resolve(schema: Schema, root: Schema): Schema {
  let found = schema
  for (let step = 0; step < mostDepth && typeof found['$ref'] === 'string'; step += 1) {
    const target = pointTo(root, found['$ref'])
    if (!isObject(target)) return found
    found = target
  }
  return found
}

function pointTo(root: Schema, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined
  const names = reference.slice(1).split('/').slice(1)
  return names.reduce<unknown>(
    (value, name) =>
      isObject(value) ? value[decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')] : undefined,
    root,
  )
}

function mergeAll(schema: Schema, parts: readonly unknown[], root: Schema): Schema {
  const all = [schema, ...parts.filter(isObject).map(part => resolve(part, root))]
  const properties = Object.assign({}, ...all.map(each => each['properties'])) as Schema
  const required = all.flatMap(each => (Array.isArray(each['required']) ? each['required'] : []))
  return { ...(Object.assign({}, ...all) as Schema), properties, required }
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
