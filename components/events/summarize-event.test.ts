import { describe, expect, it } from 'vitest'
import type { EventView } from '#server/contracts/events.ts'
import { matchesText, subjectOf, summarizeEvent } from './summarize-event.ts'

function event(data: Record<string, unknown>, rest: Partial<EventView> = {}): EventView {
  return {
    seq: 4711,
    schemaVersion: 1,
    type: 'agent.failed',
    at: '2026-11-21T12:00:00.000Z',
    priority: 5,
    taskId: '019a9f3c-7c1e-7d7a-b7b1-5b2f1c9e8a40',
    moduleId: 'license-detector',
    instanceId: null,
    data,
    ...rest,
  }
}

describe('summarizeEvent', () => {
  it('says what ran, which attempt, how long, and why it failed', () => {
    const data = {
      type: 'license.detect',
      attempt: 2,
      durationMs: 87,
      error: { code: 'TIMEOUT', message: 'No answer.' },
    }
    expect(summarizeEvent(event(data))).toBe('license.detect · attempt 2 · 87 ms · TIMEOUT: No answer.')
  })

  it('puts the reasons of the machine in words and leaves those of people as they are', () => {
    expect(summarizeEvent(event({ reason: 'retry', delayMs: 1_500 }))).toBe('to be tried again · in 1.50 s')
    expect(summarizeEvent(event({ reason: 'Provider outage', by: 'Ann' }))).toBe('Provider outage · by Ann')
  })

  it('shows a change from what to what', () => {
    const data = { name: 'Database', from: 'healthy', to: 'degraded', score: 72.5 }
    expect(summarizeEvent(event(data))).toBe('healthy → degraded · score 72.5')
  })

  it('is empty for data it does not know', () => {
    expect(summarizeEvent(event({ error: null, reason: 17, attempt: Number.NaN, foo: { bar: 1 } }))).toBe('')
  })
})

describe('subjectOf', () => {
  it('is the module, else what the event names itself, else nothing', () => {
    expect(subjectOf(event({ name: 'Database' }))).toBe('license-detector')
    expect(subjectOf(event({ name: 'Database' }, { moduleId: null }))).toBe('Database')
    expect(subjectOf(event({}, { moduleId: null }))).toBeNull()
  })
})

describe('matchesText', () => {
  it('finds an event by type, module, task, number and anything in its data, whatever the case', () => {
    const failed = event({ error: { message: 'Provider outage' } })
    for (const text of ['AGENT.f', 'license', '5b2f1c9e', '4711', 'provider OUT', ' outage ', '']) {
      expect(matchesText(failed, text), text).toBe(true)
    }
    expect(matchesText(failed, 'summarizer')).toBe(false)
  })
})
