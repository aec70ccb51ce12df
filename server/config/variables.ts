import { isIP } from 'node:net'
import path from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'

const presets = ['development', 'production', 'testing'] as const
export type Preset = (typeof presets)[number]

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const loopback = '127.0.0.0/8,::1/128'

/** What a preset decides where its variable is not set. */
export const presetDefaults: Record<
  Preset,
  { QUARTERDECK_ALLOWED_ENDPOINTS: string; QUARTERDECK_LOG_LEVEL: LogLevel }
> = {
  development: { QUARTERDECK_ALLOWED_ENDPOINTS: loopback, QUARTERDECK_LOG_LEVEL: 'info' },
  production: { QUARTERDECK_ALLOWED_ENDPOINTS: '', QUARTERDECK_LOG_LEVEL: 'info' },
  testing: { QUARTERDECK_ALLOWED_ENDPOINTS: loopback, QUARTERDECK_LOG_LEVEL: 'warn' },
}

interface Variable<Schema extends z.ZodType> {
  schema: Schema
  /** The default as the documentation shows it. */
  default: string
  meaning: string
}

function variable<Schema extends z.ZodType>(schema: Schema, shown: string, meaning: string): Variable<Schema> {
  return { schema, default: shown, meaning }
}

function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
}

/** As many as `0.5`. */
function hours(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,4}(\.\d{1,6})?$/, 'must be a number of hours, such as `24` or `0.5`')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
}

function urlOf(protocols: readonly string[], example: string) {
  return z
    .string()
    .refine(
      text => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL such as ${example}`,
    )
}

/** Comma-separated networks such as `10.0.0.0/8`, or single addresses. */
const networks = z.string().transform((text, context) => {
  const entries = text.split(',').flatMap(entry => entry.trim() || [])
  const wrong = entries.find(entry => !isNetwork(entry))
  if (wrong === undefined) return entries
  context.addIssue({ code: 'custom', message: `has an entry that is no network: ${wrong.slice(0, 60)}` })
  return z.NEVER
})

function isNetwork(entry: string): boolean {
  return entry.includes('/') ? ipaddr.isValidCIDR(entry) : isIP(entry) !== 0
}

/** Every variable of the environment that Quarterdeck reads, in the order of docs/configuration.md. */
export const variables = {
  QUARTERDECK_PRESET: variable(
    z.enum(presets).default('production'),
    '`production`',
    'What the defaults suit: `development`, `production` or `testing`. In `testing` data lives in a temporary folder and goes with the process, unless `QUARTERDECK_DATA_DIR` is set.',
  ),
  QUARTERDECK_HOST: variable(
    z.string().max(253).default('127.0.0.1'),
    '`127.0.0.1`',
    'The address to listen on; `0.0.0.0` or `::` for all.',
  ),
  QUARTERDECK_PORT: variable(
    wholeNumber(0, 65_535).default(3_000),
    '`3000`',
    'The port to listen on; `0` takes any free one.',
  ),
  QUARTERDECK_PUBLIC_URL: variable(
    urlOf(['http:', 'https:'], 'https://deck.example.org')
      .transform(text => new URL(text).origin)
      .nullable()
      .default(null),
    'none',
    'Where browsers reach it when that is not the host and port above, as behind a proxy. With `https` cookies are `Secure`.',
  ),
  QUARTERDECK_TRUSTED_PROXIES: variable(
    networks.default([]),
    'none',
    'Networks (CIDR, comma-separated) of proxies whose `X-Forwarded-For` is believed.',
  ),
  QUARTERDECK_DATA_DIR: variable(
    z
      .string()
      .default('.quarterdeck')
      .transform(folder => path.resolve(folder)),
    '`.quarterdeck`; a temporary folder in `testing`',
    'The folder for the embedded database and the key of the installation.',
  ),
  DATABASE_URL: variable(
    urlOf(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/name').nullable().default(null),
    'none',
    'A PostgreSQL from version 15 on; without it an embedded one is started.',
  ),
  QUARTERDECK_SECRET_KEY: variable(
    z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits, as `openssl rand -hex 32` prints them')
      .transform(text => Buffer.from(text, 'hex'))
      .nullable()
      .default(null),
    '`secret.key` in the data folder, made at first start',
    'The key that sessions are signed and secrets sealed with: 64 hexadecimal digits, the same on every replica.',
  ),
  QUARTERDECK_ADMIN_EMAIL: variable(
    z.email().max(200).default('admin@quarterdeck.local'),
    '`admin@quarterdeck.local`',
    'The e-mail address of the first administrator. Read at first start only.',
  ),
  QUARTERDECK_ADMIN_PASSWORD: variable(
    z.string().min(12).max(128).nullable().default(null),
    'made and printed once',
    'The password of the first administrator, at least 12 characters. Read at first start only.',
  ),
  QUARTERDECK_API_KEY: variable(
    z
      .string()
      .regex(/^[!-~]{8,200}$/, 'must be 8 to 200 visible ASCII characters without spaces')
      .nullable()
      .default(null),
    'none',
    'A service key that is admitted with every scope. Stored as a hash; take 32 random characters or more.',
  ),
  QUARTERDECK_ALLOWED_ENDPOINTS: variable(
    networks,
    '`127.0.0.0/8,::1/128` in `development` and `testing`, else none',
    'Networks (CIDR, comma-separated) that modules may live in beside public addresses.',
  ),
  QUARTERDECK_CONCURRENCY: variable(
    wholeNumber(1, 10_000).default(256),
    '`256`',
    'Calls to modules in flight at once, per replica.',
  ),
  QUARTERDECK_QUEUE_CAPACITY: variable(
    wholeNumber(100, 100_000_000).default(100_000),
    '`100000`',
    'Tasks that may wait at once; from 90 % on the least urgent are turned away.',
  ),
  QUARTERDECK_QUEUE_CAPACITY_BYTES: variable(
    wholeNumber(1_048_576, 1_099_511_627_776).default(1_073_741_824),
    '`1073741824` (1 GiB)',
    'Bytes of payload that may wait at once; from 90 % on the least urgent tasks are turned away.',
  ),
  QUARTERDECK_ANALYSIS_HOURS: variable(
    hours(0, 720).default(24),
    '`24`',
    'Hours between analyses of the last 24 hours that nobody asked for; `0` for none. They open suggestions and apply nothing.',
  ),
  QUARTERDECK_APPROVAL_HOURS: variable(
    hours(0.001, 720).default(24),
    '`24`',
    'How long the approval of a suggestion holds; what is not applied by then has to be approved again.',
  ),
  QUARTERDECK_VERDICT_HOURS: variable(
    hours(0.001, 720).default(24),
    '`24`',
    'How long an applied suggestion is watched before it is compared with the time before; up to seven times as long while too few tasks have ended.',
  ),
  QUARTERDECK_LOG_LEVEL: variable(
    z.enum(logLevels),
    '`info`; `warn` in `testing`',
    'The least important messages to log: `debug`, `info`, `warn`, `error` or `silent`.',
  ),
} as const
export type VariableName = keyof typeof variables
