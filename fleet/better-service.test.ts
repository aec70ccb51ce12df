import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { ServiceGoal } from '#server/contracts/learning.ts'
import { RouterStage, request, routed } from '#server/core/routing/testing/router-stage.ts'
import { buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { packageDirectory } from './shared/installed-packages.ts'
import { toPlainText } from './shared/plain-text.ts'
import type { Summary, SummaryPayload } from './shared/summary.ts'
import { summarizerDeep } from './summarizer-deep/declaration.ts'
import { summarizeDeep } from './summarizer-deep/summarize-deep.ts'
import { summarizerFast } from './summarizer-fast/declaration.ts'
import { summarizeFast } from './summarizer-fast/summarize-fast.ts'

/** What a summarizer did with one text. */
interface Done {
  durationMs: number
  coverage: number
}

const summarizers = {
  'summarizer-fast': { declared: summarizerFast.declaration, summarize: summarizeFast },
  'summarizer-deep': { declared: summarizerDeep.declaration, summarize: summarizeDeep },
}
type Summarizer = keyof typeof summarizers
const names = Object.keys(summarizers) as Summarizer[]
const packages = ['opossum', 'ajv', 'undici', 'semver', 'zod', 'pg']
const done: Record<Summarizer, Done[]> = { 'summarizer-fast': [], 'summarizer-deep': [] }
/** Covered on average by both: who judges quality takes less for a failure. */
let enough = 0

beforeAll(async () => {
  for (const name of packages) {
    const text = toPlainText(readFileSync(join(packageDirectory(name), 'README.md'), 'utf8')).text.slice(0, 12_000)
    for (const summarizer of names) done[summarizer].push(await measure(summarizers[summarizer].summarize, text))
  }
  const all = names.flatMap(name => done[name])
  enough = all.reduce((sum, { coverage }) => sum + coverage, 0) / all.length
})

/** The second time: the first one warms up. */
async function measure(
  summarize: (payload: SummaryPayload, signal: AbortSignal) => Promise<Summary>,
  text: string,
): Promise<Done> {
  const { signal } = new AbortController()
  await summarize({ text, sentences: 4 }, signal)
  const begun = performance.now()
  const { coverage } = await summarize({ text, sentences: 4 }, signal)
  return { durationMs: performance.now() - begun, coverage }
}

/** Share of the last third of the tasks that went to each. */
function learnBy(goal: ServiceGoal, seed: number): Map<string, number> {
  const stage = new RouterStage()
  const random = createSeededRandom(seed)
  const modules = names.map(name =>
    buildModule(name, { costPerHourUsd: summarizers[name].declared.costPerHourUsd ?? 0 }),
  )
  const router = stage.createRouter(new FakeFleet(...modules), { explorationRate: 0.05, seed, goal })
  const served = new Map<string, number>()
  const tasks = 1_500
  for (let task = 0; task < tasks; task++) {
    const { module, slot } = routed(router.route(request))
    const one = done[module.id as Summarizer][Math.floor(random() * packages.length)]
    if (!one) throw new Error('nothing was measured')
    // For quality somebody judges what was made; otherwise a summary is a success.
    const ok = goal !== 'quality' || one.coverage >= enough
    slot.release({ ok, durationMs: one.durationMs })
    stage.records.learn({
      tenantId: 'default',
      taskType: 'work',
      moduleId: module.id,
      ok,
      durationMs: one.durationMs,
      errorCode: ok ? null : 'LOW_COVERAGE',
    })
    if (task >= tasks * (2 / 3)) served.set(module.id, (served.get(module.id) ?? 0) + 3 / tasks)
  }
  return served
}

test.each([
  ['speed', 'summarizer-fast'],
  ['cost', 'summarizer-fast'],
  ['quality', 'summarizer-deep'],
] as const)('of the two summarizers on real texts, the better one in %s is found: %s', (goal, better) => {
  for (const seed of [1, 2, 3, 4, 5]) expect(learnBy(goal, seed).get(better)).toBeGreaterThan(0.85)
})
