import { describe, expect, it } from 'vitest'
import type { AttentionItem } from '#server/contracts/stats.ts'
import { type HeadlineInput, headlineOf } from './headline.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')

function item(severity: AttentionItem['severity'], ageMs: number): AttentionItem {
  const since = new Date(now - ageMs).toISOString()
  return { id: `${severity}-${ageMs}`, severity, title: 'Breaker open', detail: '', since, href: '/breakers' }
}

function view(attention: AttentionItem[], { enabled = 2, perSecond = 4, running = 1 } = {}): HeadlineInput {
  return {
    attention,
    modules: Array.from({ length: enabled }, () => ({ enabled: true })),
    throughput: [{ at: '', accepted: perSecond, succeeded: perSecond, failed: 0 }],
    queue: { running, ready: 0 },
  }
}

describe('headlineOf', () => {
  it('says that all is well only when nothing is wrong', () => {
    expect(headlineOf(view([]), now)).toBe('All is well. 2 modules at work, 4/s done. Nothing waits for you.')
    expect(headlineOf(view([item('info', 5_000)]), now)).toContain('All is well.')
    expect(headlineOf(view([item('warning', 5_000)]), now)).not.toContain('well')
  })

  it('says how much is wrong and for how long, without the mere notices', () => {
    const attention = [item('critical', 90_000), item('warning', 200_000), item('info', 900_000)]
    expect(headlineOf(view(attention), now)).toMatch(/^2 things wrong, the oldest for 3 min 20 s\./)
    expect(headlineOf(view(attention.slice(0, 1)), now)).toMatch(/^1 thing wrong, for 1 min 30 s\./)
  })

  it('does not call idle modules busy', () => {
    expect(headlineOf(view([], { perSecond: 0, running: 0 }), now)).toContain('2 modules ready for work.')
  })

  it('says what is missing while no module is registered', () => {
    expect(headlineOf(view([], { enabled: 0 }), now)).toMatch(/^No module is registered yet/)
  })
})
