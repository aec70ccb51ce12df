import path from 'node:path'
import { expect, test } from 'vitest'
import { QuarterdeckError } from '../core/shared/errors.ts'
import { readConfig } from './read-config.ts'
import { variables } from './variables.ts'

function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof QuarterdeckError && error.code === 'CONFIG_INVALID') return error.message
  }
  throw new Error('The configuration was not refused')
}

test('with nothing set it runs in production on the loopback address with the embedded database', () => {
  expect(readConfig({})).toEqual({
    config: {
      preset: 'production',
      host: '127.0.0.1',
      port: 3_000,
      publicUrl: null,
      trustedProxies: [],
      dataDir: path.resolve('.quarterdeck'),
      isThrowaway: false,
      databaseUrl: null,
      secretKey: null,
      adminEmail: 'admin@quarterdeck.local',
      adminPassword: null,
      apiKey: null,
      allowedEndpoints: [],
      concurrency: 256,
      queueCapacity: 100_000,
      queueCapacityBytes: 1_073_741_824,
      analysisHours: 24,
      approvalHours: 24,
      verdictHours: 24,
      logLevel: 'info',
    },
    warnings: [],
  })
})

test('every variable is read', () => {
  const { config } = readConfig({
    QUARTERDECK_PRESET: 'testing',
    QUARTERDECK_HOST: '0.0.0.0',
    QUARTERDECK_PORT: '8080',
    QUARTERDECK_PUBLIC_URL: 'https://deck.example/some/path',
    QUARTERDECK_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1,fd00::/8',
    QUARTERDECK_DATA_DIR: '/var/lib/quarterdeck',
    DATABASE_URL: 'postgresql://me:pass@db:5432/deck',
    QUARTERDECK_SECRET_KEY: 'ab'.repeat(32),
    QUARTERDECK_ADMIN_EMAIL: 'ann@example.org',
    QUARTERDECK_ADMIN_PASSWORD: 'correct horse',
    QUARTERDECK_API_KEY: 'qd_0123456789abcdef0123456789abcdef',
    QUARTERDECK_ALLOWED_ENDPOINTS: '10.1.0.0/16',
    QUARTERDECK_CONCURRENCY: '64',
    QUARTERDECK_QUEUE_CAPACITY: '5000',
    QUARTERDECK_ANALYSIS_HOURS: '0',
    QUARTERDECK_APPROVAL_HOURS: '4',
    QUARTERDECK_VERDICT_HOURS: '0.5',
    QUARTERDECK_LOG_LEVEL: 'debug',
  })
  expect(config).toEqual({
    preset: 'testing',
    host: '0.0.0.0',
    port: 8_080,
    publicUrl: 'https://deck.example',
    trustedProxies: ['10.0.0.0/8', '192.0.2.1', 'fd00::/8'],
    dataDir: '/var/lib/quarterdeck',
    isThrowaway: false,
    databaseUrl: 'postgresql://me:pass@db:5432/deck',
    secretKey: Buffer.alloc(32, 0xab),
    adminEmail: 'ann@example.org',
    adminPassword: 'correct horse',
    apiKey: 'qd_0123456789abcdef0123456789abcdef',
    allowedEndpoints: ['10.1.0.0/16'],
    concurrency: 64,
    queueCapacity: 5_000,
    queueCapacityBytes: 1_073_741_824,
    analysisHours: 0,
    approvalHours: 4,
    verdictHours: 0.5,
    logLevel: 'debug',
  })
  expect(Object.keys(config)).toHaveLength(Object.keys(variables).length + 1)
})

test('a preset decides what is not set, an empty variable is one that is not set, and a set one wins', () => {
  const development = readConfig({ QUARTERDECK_PRESET: 'development', QUARTERDECK_PORT: '' }).config
  expect(development).toMatchObject({ allowedEndpoints: ['127.0.0.0/8', '::1/128'], port: 3_000, logLevel: 'info' })
  const own = readConfig({ QUARTERDECK_PRESET: 'testing', QUARTERDECK_ALLOWED_ENDPOINTS: '10.0.0.1' }).config
  expect(own).toMatchObject({ allowedEndpoints: ['10.0.0.1'], logLevel: 'warn' })
})

test.each([
  ['QUARTERDECK_PORT', '70000', 'must be at most 65535'],
  ['QUARTERDECK_PORT', '3000x', 'must be a whole number'],
  ['QUARTERDECK_PORT', '-1', 'must be a whole number'],
  ['QUARTERDECK_VERDICT_HOURS', '1h', 'must be a number of hours, such as `24` or `0.5`'],
  ['QUARTERDECK_PRESET', 'prod', 'must be one of development, production, testing'],
  ['QUARTERDECK_PUBLIC_URL', 'deck.example', 'must be a URL such as https://deck.example.org'],
  ['QUARTERDECK_TRUSTED_PROXIES', '10.0.0.0/33', 'has an entry that is no network: 10.0.0.0/33'],
  ['QUARTERDECK_ALLOWED_ENDPOINTS', 'localhost', 'has an entry that is no network: localhost'],
  ['DATABASE_URL', 'mysql://db/deck', 'must be a URL such as postgresql://user:password@host:5432/name'],
  ['QUARTERDECK_SECRET_KEY', 'secret', 'must be 64 hexadecimal digits, as `openssl rand -hex 32` prints them'],
  ['QUARTERDECK_ADMIN_EMAIL', 'admin', 'must be an e-mail address'],
  ['QUARTERDECK_ADMIN_PASSWORD', 'short', 'must have at least 12 characters'],
  ['QUARTERDECK_API_KEY', 'two words', 'must be 8 to 200 visible ASCII characters without spaces'],
  ['QUARTERDECK_CONCURRENCY', '0', 'must be at least 1'],
  ['QUARTERDECK_QUEUE_CAPACITY', '1e9', 'must be a whole number'],
  ['QUARTERDECK_LOG_LEVEL', 'verbose', 'must be one of debug, info, warn, error, silent'],
])('a wrong value is refused with the name and the reason: %s=%s', (name, value, reason) => {
  expect(refusal({ [name]: value })).toBe(`The configuration is wrong: ${name} ${reason}.`)
})

test('everything that is wrong is said at once, and no secret is repeated', () => {
  const message = refusal({
    QUARTERDECK_PRESET: 'prod',
    QUARTERDECK_PORT: 'x',
    QUARTERDECK_SECRET_KEY: 'hunter2hunter2',
    QUARTERDECK_API_KEY: 'a b c hunter2',
    DATABASE_URL: 'hunter2://hunter2',
  })
  for (const name of ['PRESET', 'PORT', 'SECRET_KEY', 'API_KEY']) expect(message).toContain(`QUARTERDECK_${name}`)
  expect(message).toContain('DATABASE_URL')
  expect(message).not.toContain('hunter2')
})

test('a misspelt variable and a short key are warned of', () => {
  const { warnings } = readConfig({
    QUARTERDECK_PROT: '80',
    QUARTERDECK_API_KEY: 'short-key',
    QUARTERDECK_TEST_X: '1',
    PATH: '/bin',
  })
  expect(warnings).toEqual([
    'QUARTERDECK_PROT is not a variable that Quarterdeck knows; it was not read.',
    'QUARTERDECK_API_KEY is shorter than 32 characters; a short key can be guessed.',
  ])
})

test('the documentation has one table with every variable, its default and its meaning', async () => {
  const rows = Object.entries(variables).map(
    ([name, { default: shown, meaning }]) => `| \`${name}\` | ${shown} | ${meaning} |`,
  )
  const page = [
    '# Configuration',
    '',
    'Everything is set by environment variables, read once at start. An empty variable counts as not set. A wrong value stops the',
    'start with the name of the variable and the reason; a name that starts with `QUARTERDECK_` and is not in this table is warned of.',
    '',
    '| variable | default | meaning |',
    '|---|---|---|',
    ...rows,
    '',
    'Several replicas share one database through `DATABASE_URL`; they need nothing else in common, and each its own',
    '`QUARTERDECK_DATA_DIR`. Two separate installations on one machine need only another port and another data folder.',
    '',
    'This page is made from `server/config/variables.ts` by `server/config/read-config.test.ts`; after a change run it once with',
    '`vitest run -u`.',
    '',
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../../docs/configuration.md')
})

test('data goes with a process of the preset for testing, unless a folder is named', () => {
  expect(readConfig({ QUARTERDECK_PRESET: 'testing' }).config.isThrowaway).toBe(true)
  expect(readConfig({ QUARTERDECK_PRESET: 'testing', QUARTERDECK_DATA_DIR: '/data' }).config.isThrowaway).toBe(false)
  expect(readConfig({ QUARTERDECK_PRESET: 'development' }).config.isThrowaway).toBe(false)
})
