import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createBreakerBoard } from '#server/breakers/create-breaker-board.ts'
import { Orchestrator } from '../orchestrator.ts'
import { moduleRecord } from '../registry/testing/builders.ts'
import { silentLogger } from '../shared/logger.ts'
import { SimulatedDriver } from './simulated-driver.ts'
import { createSimulatedOrchestrator } from './simulated-orchestrator.ts'
import { snapshotOf } from './testing/synthetic-history.ts'
import { VirtualClock } from './virtual-clock.ts'

const read = (file: string) => readFileSync(path.join(import.meta.dirname, file), 'utf8')

test('what is simulated is the orchestrator that production starts, the very class, on the same breakers', () => {
  const clock = new VirtualClock(0)
  const simulated = createSimulatedOrchestrator({
    snapshot: snapshotOf(moduleRecord('m1')),
    ports: { clock, breakers: createBreakerBoard({ clock, logger: silentLogger }) },
    driver: new SimulatedDriver(clock, { ask: () => ({ kind: 'hangs' }) }),
    seed: 1,
    onLeaseEnded() {},
    forget: () => false,
  })
  expect(simulated.constructor).toBe(Orchestrator)
  const composition = read('../../composition/start-quarterdeck.ts')
  expect(composition).toContain("import { Orchestrator } from '../core/orchestrator.ts'")
  expect(composition).toContain("import { createBreakerBoard } from '../breakers/create-breaker-board.ts'")
})

test('the simulator decides nothing itself: of queue, dispatch, routing, balancing and breakers it makes no part of its own', () => {
  const parts = /\/(queue|dispatch|routing|balancing|resilience|registry|health|brain)\//
  const files = readdirSync(import.meta.dirname).filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const imported = files.flatMap(file =>
    [...read(file).matchAll(/^import (type )?\{([^}]*)\} from '([^']+)'/gms)]
      .filter(([, isType, , from]) => isType === undefined && parts.test(from ?? ''))
      .map(([, , names]) => `${file}: ${names?.trim()}`),
  )
  // Default values of a submission, what a policy says of an error, and what a recorded call costs: asked, not made.
  expect(imported.toSorted()).toEqual([
    'call-model.ts: isRetryable, retryPolicyOf',
    'run-record.ts: costOfCall',
    'submissions.ts: limitsOf',
    'submissions.ts: priorityOf',
  ])
})
