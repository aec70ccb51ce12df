import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'
import { afterAll, expect, test } from 'vitest'
import rules from '../../.dependency-cruiser.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const world = mkdtempSync(path.join(tmpdir(), 'quarterdeck-boundaries-'))
afterAll(() => rmSync(world, { recursive: true, force: true }))

/** For each rule, files that break it and nothing else: path and text. */
const offences: Record<string, Record<string, string | (() => string)>> = {
  'core-tier-shared': { 'server/core/shared/a.ts': imports('../events/b.ts'), 'server/core/events/b.ts': leaf },
  'core-tier-events-graph': { 'server/core/events/a.ts': imports('../queue/b.ts'), 'server/core/queue/b.ts': leaf },
  'core-tier-registry-health-replicas-resilience-queue-settings': {
    'server/core/registry/a.ts': imports('../routing/b.ts'),
    'server/core/routing/b.ts': leaf,
  },
  'core-tier-balancing-brain-changes': {
    'server/core/brain/a.ts': imports('../routing/b.ts'),
    'server/core/routing/b.ts': leaf,
  },
  'core-tier-routing-deployments': {
    'server/core/routing/a.ts': imports('../dispatch/b.ts'),
    'server/core/dispatch/b.ts': leaf,
  },
  'core-tier-dead-letters': {
    'server/core/dead-letters/a.ts': imports('../dispatch/b.ts'),
    'server/core/dispatch/b.ts': leaf,
  },
  'core-tier-dispatch-simulation': {
    'server/core/dispatch/a.ts': imports('../overview/b.ts'),
    'server/core/overview/b.ts': leaf,
  },
  'core-tier-simulator': {
    'server/core/simulator/a.ts': imports('../suggestions/b.ts'),
    'server/core/suggestions/b.ts': leaf,
  },
  'core-tier-overview-explain-impact-alerts-webhooks-invariants-learning-memory': {
    'server/core/overview/a.ts': imports('../simulator/b.ts'),
    'server/core/simulator/b.ts': leaf,
  },
  'no-cycles': { 'bench/a.ts': imports('./b.ts'), 'bench/b.ts': imports('./a.ts') },
  'only-sessions-sign-people-in': {
    'server/api/a.ts': imports('../core/shared/signed-in.ts'),
    'server/core/shared/signed-in.ts': leaf,
  },
  'one-way-to-apply-a-suggestion': {
    'server/api/a.ts': imports('../core/suggestions/apply-suggestion.ts'),
    'server/core/suggestions/apply-suggestion.ts': leaf,
  },
  'core-is-pure': { 'server/core/queue/a.ts': imports('node:fs') },
  'contracts-are-browser-safe': { 'server/contracts/a.ts': imports('pg') },
  'only-breakers-import-opossum': { 'server/api/a.ts': imports('opossum') },
  'only-charts-import-recharts': { 'components/modules/a.tsx': imports('recharts') },
  'on-demand-by-our-own': { 'components/modules/a.tsx': imports('next/dynamic') },
  'interface-imports-types-only': {
    'components/modules/a.ts': imports('../../server/api/b.ts'),
    'server/api/b.ts': leaf,
  },
  'components-do-not-import-pages': { 'components/modules/a.ts': imports('../../app/b.ts'), 'app/b.ts': leaf },
  'api-calls-the-core': { 'server/api/a.ts': imports('../drivers/b.ts'), 'server/drivers/b.ts': leaf },
  'adapters-know-only-the-core': {
    'server/drivers/a.ts': imports('../persistence/b.ts'),
    'server/persistence/b.ts': leaf,
  },
  'nothing-imports-composition': {
    'server/auth/a.ts': imports('../composition/b.ts'),
    'server/composition/b.ts': leaf,
  },
  'fleet-stands-alone': { 'fleet/a.ts': imports('../server/auth/b.ts'), 'server/auth/b.ts': leaf },
  'no-tests-in-production': { 'server/auth/a.ts': imports('./b.test.ts'), 'server/auth/b.test.ts': leaf },
}

function imports(target: string): string {
  return `import * as other from '${target}'\nexport const value = other\n`
}

function leaf(): string {
  return 'export const value = 1\n'
}

/** Names of the rules that a small world of these files breaks. */
async function brokenRules(name: string, files: Record<string, string | (() => string)>): Promise<string[]> {
  const folder = path.join(world, name)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(folder, file), typeof text === 'function' ? text() : text)
  }
  writeFileSync(path.join(folder, 'tsconfig.json'), '{}')
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  const { tsConfig: _, ...options } = rules.options ?? {}
  const result = await cruise(Object.keys(files), {
    ...options,
    ruleSet: { forbidden: rules.forbidden ?? [] },
    validate: true,
    baseDir: folder,
  })
  return [...new Set((result.output as ICruiseResult).summary.violations.map(violation => violation.rule.name))]
}

test('every boundary has an offence that proves it', () => {
  const names = (rules.forbidden ?? []).map((rule: IForbiddenRuleType) => rule.name)
  expect(new Set(Object.keys(offences))).toEqual(new Set(names))
})

test.each(Object.keys(offences))('%s fires on what it forbids, and on nothing else', async name => {
  expect(await brokenRules(name, offences[name] ?? {})).toEqual([name])
})
