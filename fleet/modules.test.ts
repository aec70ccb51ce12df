import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerModuleInput } from '#server/contracts/modules.ts'
import type { Audit } from './dependency-auditor/audit-dependencies.ts'
import type { KeywordFinding } from './keyword-extractor/extract-keywords.ts'
import { fleetModules } from './modules.ts'
import type { Supervisor } from './operations/supervisor.ts'
import type { PackageFacts } from './package-reader/read-package.ts'
import type { DependencyTree } from './package-reader/read-tree.ts'
import type { Report } from './report-writer/write-report.ts'
import { packageDirectory } from './shared/installed-packages.ts'
import { toPlainText } from './shared/plain-text.ts'
import type { Summary } from './shared/summary.ts'
import { callModule, readHealth, switchFault } from './testing/call-module.ts'
import { startCallbackReceiver } from './testing/callback-receiver.ts'
import { startSupervisor } from './testing/start-supervisor.ts'

const fileOf = (name: string, file: string) => readFileSync(join(packageDirectory(name), file), 'utf8')
const readmeOf = (name: string) => toPlainText(fileOf(name, 'README.md')).text

describe('the declarations', () => {
  test('are what modules.register takes', () => {
    for (const { declaration } of fleetModules) {
      const result = registerModuleInput.safeParse({ ...declaration, instances: [] })
      expect(result.error, declaration.id).toBeUndefined()
    }
  })

  test('come after those they depend on', () => {
    const seen = new Set<string>()
    for (const { declaration } of fleetModules) {
      for (const needed of declaration.dependsOn ?? []) expect(seen, declaration.id).toContain(needed)
      seen.add(declaration.id)
    }
  })

  test('name a module per folder that has a program', () => {
    const folders = readdirSync(import.meta.dirname, { recursive: true })
      .map(String)
      .filter(path => path.endsWith('/main.ts'))
      .map(path => path.replace('/main.ts', ''))
    expect(fleetModules.map(({ declaration }) => declaration.id).sort()).toEqual(folders.sort())
  })
})

describe('a running fleet', () => {
  const validators = new Map<string, ValidateFunction>()
  let fleet: Supervisor
  let endpoints: Record<string, string[]>

  beforeAll(async () => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true })
    for (const { declaration } of fleetModules) {
      for (const { type, outputSchema } of declaration.capabilities) {
        validators.set(`${declaration.id} ${type}`, ajv.compile(outputSchema ?? false))
      }
    }
    fleet = await startSupervisor(fleetModules)
    endpoints = fleet.endpoints()
  })
  afterAll(() => fleet.stop())

  /** Has a module do a task and checks the result against the schema that the module declares. */
  async function process<Result>(moduleId: string, type: string, payload: unknown): Promise<Result> {
    const answer = await callModule(endpoints[moduleId]?.[0] ?? '', type, payload)
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    const validate = validators.get(`${moduleId} ${type}`)
    expect(validate?.(answer.body), JSON.stringify(validate?.errors)).toBe(true)
    return answer.body as Result
  }

  const switchModule = (moduleId: string, fault: Record<string, unknown>) =>
    Promise.all((endpoints[moduleId] ?? []).map(endpoint => switchFault(endpoint, fault)))

  test('package-reader reads a package as it is on disk', async () => {
    const facts = await process<PackageFacts>('package-reader', 'package.read', { package: 'ajv' })
    const manifest = JSON.parse(fileOf('ajv', 'package.json')) as {
      version: string
      dependencies: Record<string, string>
    }
    expect(facts).toMatchObject({ name: 'ajv', version: manifest.version, license: 'MIT', hasTypes: true })
    expect(facts.dependencies).toEqual(manifest.dependencies)
    expect(facts.readme?.text).toContain('JSON Schema')
    expect(facts.readme?.text).not.toContain('<img')
    expect(facts.licenseFile?.text).toBe(fileOf('ajv', 'LICENSE'))
    const onDisk = readdirSync(packageDirectory('ajv'), { recursive: true, withFileTypes: true })
    expect(facts.files.count).toBe(onDisk.filter(entry => entry.isFile()).length)
  })

  test('package-reader finds all that a package needs, with the versions that Node would load', async () => {
    const { packages, missing, complete } = await process<DependencyTree>('package-reader', 'package.tree', {
      package: 'ajv',
    })
    expect(complete).toBe(true)
    expect(missing).toEqual([])
    expect(packages.map(({ name }) => name).sort()).toEqual(
      ['ajv', 'fast-deep-equal', 'fast-uri', 'json-schema-traverse', 'require-from-string'].sort(),
    )
    const version = (JSON.parse(fileOf('fast-uri', 'package.json')) as { version: string }).version
    expect(packages.find(({ name }) => name === 'fast-uri')).toMatchObject({ version, depth: 1 })
  })

  test('package-reader refuses what is not installed or leads out of node_modules', async () => {
    const endpoint = endpoints['package-reader']?.[0] ?? ''
    expect((await callModule(endpoint, 'package.read', { package: 'no-such-package-here' })).status).toBe(422)
    expect((await callModule(endpoint, 'package.read', { package: '../server' })).status).toBe(422)
    expect((await callModule(endpoint, 'package.read', { package: '@a/../../server' })).status).toBe(422)
  })

  test('license-detector knows a licence by its text alone', async () => {
    const detect = (text: string) => process('license-detector', 'license.detect', { text })
    expect(await detect(fileOf('ajv', 'LICENSE'))).toMatchObject({ expression: 'MIT', family: 'permissive' })
    expect(await detect(fileOf('semver', 'LICENSE'))).toMatchObject({ expression: 'ISC', osiApproved: true })
    expect(await detect(fileOf('typescript', 'LICENSE'))).toMatchObject({ expression: 'Apache-2.0' })
  })

  test('license-detector corrects a declaration, and sees that another licence is shipped', async () => {
    const text = fileOf('semver', 'LICENSE')
    expect(await process('license-detector', 'license.detect', { declared: 'Apache 2', text })).toMatchObject({
      expression: 'Apache-2.0',
      declared: { isValid: false },
      agrees: false,
      matches: [{ id: 'ISC' }, ...Array(2).fill({})],
    })
  })

  test.each([
    ['de', 'deu', 'German'],
    ['fr', 'fra', 'French'],
    ['ja', 'jpn', 'Japanese'],
    ['ru', 'rus', 'Russian'],
    ['pl', 'pol', 'Polish'],
  ])('language-detector knows the language of the %s translation of axe-core', async (locale, language, name) => {
    const { rules } = JSON.parse(fileOf('axe-core', `locales/${locale}.json`)) as {
      rules: Record<string, { help: string }>
    }
    const text = Object.values(rules)
      .slice(0, 12)
      .map(({ help }) => help)
      .join(' ')
    expect(await process('language-detector', 'language.detect', { text })).toMatchObject({
      language,
      name,
      reliable: true,
    })
  })

  test('keyword-extractor finds what a README is about', async () => {
    const { keywords } = await process<KeywordFinding>('keyword-extractor', 'keywords.extract', {
      text: readmeOf('opossum'),
    })
    expect(keywords).toHaveLength(10)
    expect(keywords.map(({ phrase }) => phrase)).toContain('breaker state changes')
  })

  test("readability-scorer finds a children's rhyme easier than a licence", async () => {
    const rhyme = 'The cat sat on the mat and had a nap. The dog ran to the man and got a hat.'
    const easy = await process<{ fleschReadingEase: number }>('readability-scorer', 'readability.score', {
      text: rhyme,
    })
    const hard = await process('readability-scorer', 'readability.score', {
      text: fileOf('ajv', 'LICENSE').replaceAll('\n', ' '),
    })
    expect(easy).toMatchObject({ band: 'very easy', words: 20, sentences: 2, complexWords: 0 })
    expect(hard).toMatchObject({ band: 'very hard' })
  })

  test('both summarizers keep sentences of the text, and the deep one covers more of it', async () => {
    const packages = ['opossum', 'ajv', 'undici', 'semver']
    const coverage = { fast: 0, deep: 0 }
    for (const text of packages.map(name => readmeOf(name))) {
      const fast = await process<Summary>('summarizer-fast', 'text.summarize', { text, sentences: 4 })
      const deep = await process<Summary>('summarizer-deep', 'text.summarize', { text, sentences: 4 })
      for (const { sentences } of [fast, deep]) {
        expect(sentences).toHaveLength(4)
        for (const sentence of sentences) expect(text).toContain(sentence.text)
      }
      coverage.fast += fast.coverage
      coverage.deep += deep.coverage
    }
    expect(coverage.deep).toBeGreaterThan(coverage.fast * 1.2)
  })

  test('dependency-auditor counts what a package brings in and says what speaks against it', async () => {
    const audit = await process<Audit>('dependency-auditor', 'dependencies.audit', {
      package: 'ajv',
      allowedLicenses: ['MIT'],
    })
    expect(audit).toMatchObject({ packages: 5, direct: 4, deepest: 1, complete: true, grade: 'D' })
    expect(audit.findings).toEqual([
      expect.objectContaining({
        kind: 'license',
        severity: 'error',
        package: 'fast-uri',
        message: expect.stringContaining('BSD'),
      }),
    ])
    const old = await process<Audit>('dependency-auditor', 'dependencies.audit', {
      package: 'opossum',
      nodeVersion: '14.0.0',
    })
    expect(old.findings[0]).toMatchObject({ kind: 'engine', severity: 'error', package: 'opossum' })
  })

  test('report-writer writes a Markdown report from what all others found', async () => {
    const { markdown, unavailable } = await process<Report>('report-writer', 'report.write', { package: 'opossum' })
    const { version } = JSON.parse(fileOf('opossum', 'package.json')) as { version: string }
    expect(unavailable).toEqual([])
    expect(markdown).toContain(`# opossum ${version}\n`)
    const sections = markdown.match(/^## .+$/gm)
    expect(sections).toEqual(
      ['What it is about', 'Key phrases', 'Licence', 'Dependencies', 'Documentation', 'Size'].map(t => `## ${t}`),
    )
    expect(markdown).toContain('Apache-2.0 (permissive)')
    expect(markdown).toMatch(/breaker state changes \(\d+×\)/)
  })

  test('report-writer says how far it is, saves what it has, and asks only for the rest when it goes on', async () => {
    await using center = await startCallbackReceiver()
    const endpoint = endpoints['report-writer']?.[0] ?? ''
    const callbackUrl = `${center.url}/api/v1/callbacks/token`
    await switchModule('license-detector', { mode: 'failing' })
    try {
      await callModule(endpoint, 'report.write', { package: 'ajv' }, { callbackUrl })
    } finally {
      await switchModule('license-detector', { mode: 'none' })
    }
    const percents = center.received.flatMap(({ kind, percent }) => (kind === 'progress' ? [percent ?? -1] : []))
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    // The answer does not wait for the last report, which may be left out.
    expect(percents.at(-1)).toBeGreaterThan(0)
    const checkpoint = center.received.findLast(({ kind }) => kind === 'checkpoint')?.data as { found: object }
    expect(Object.keys(checkpoint.found).sort()).toEqual(
      ['dependencies.audit', 'keywords.extract', 'readability.score', 'text.summarize'].sort(),
    )
    await switchModule('dependency-auditor', { mode: 'failing' })
    try {
      const { body } = await callModule(endpoint, 'report.write', { package: 'ajv' }, { callbackUrl, checkpoint })
      expect((body as Report).unavailable).toEqual([])
      const other = await callModule(endpoint, 'report.write', { package: 'semver' }, { callbackUrl, checkpoint })
      expect((other.body as Report).unavailable).toEqual([expect.stringContaining('dependency-auditor')])
    } finally {
      await switchModule('dependency-auditor', { mode: 'none' })
    }
  })

  test('report-writer leaves open what a failing module does not deliver, and its health says so', async () => {
    await switchModule('license-detector', { mode: 'failing' })
    const endpoint = endpoints['report-writer']?.[0] ?? ''
    try {
      const report = await process<Report>('report-writer', 'report.write', { package: 'ajv' })
      expect(report.unavailable).toEqual([expect.stringContaining('license-detector')])
      expect(report.markdown).toContain('Not known: license-detector')
      expect(await readHealth(endpoint)).toMatchObject({
        status: 'degraded',
        details: { reason: expect.stringContaining('license-detector') },
      })
    } finally {
      await switchModule('license-detector', { mode: 'none' })
    }
    await process('report-writer', 'report.write', { package: 'semver' })
    expect(await readHealth(endpoint)).toMatchObject({ status: 'healthy' })
  })

  test('a module that needs another goes on to its next instance, and fails when there is none left', async () => {
    const [first = '', second = ''] = endpoints['package-reader'] ?? []
    const audit = () => callModule(endpoints['dependency-auditor']?.[0] ?? '', 'dependencies.audit', { package: 'ajv' })
    try {
      await switchFault(first, { mode: 'down' })
      expect(await Promise.all([audit(), audit()])).toMatchObject([{ status: 200 }, { status: 200 }])
      await switchFault(second, { mode: 'garbage' })
      expect(await audit()).toMatchObject({ status: 502, body: { error: { code: 'PEER_FAILED', retryable: true } } })
    } finally {
      await switchModule('package-reader', { mode: 'none' })
    }
  })
})
