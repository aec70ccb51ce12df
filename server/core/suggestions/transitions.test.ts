import { describe, expect, test } from 'vitest'
import { suggestionStatuses } from '../../contracts/suggestion-words.ts'
import type { SuggestionStatus } from '../../contracts/suggestions.ts'
import { actNames, mayHappen, type SuggestionAct, transitions } from './transitions.ts'

describe('the table of transitions', () => {
  const acts = Object.keys(actNames) as SuggestionAct[]

  test('leads to applied from approved alone, and only by applying', () => {
    const ways = suggestionStatuses.flatMap(from =>
      acts.flatMap(act => (transitions[from][act] === 'applied' ? [[from, act]] : [])),
    )
    expect(ways).toEqual([['approved', 'apply']])
  })

  test('has no state that cannot be reached, and none but reverted that cannot be left', () => {
    const reached = new Set<SuggestionStatus>(['open'])
    for (const status of reached) for (const next of Object.values(transitions[status])) reached.add(next)
    expect([...reached].sort()).toEqual([...suggestionStatuses].sort())
    const ends = suggestionStatuses.filter(status => acts.every(act => !mayHappen(status, act)))
    expect(ends).toEqual(['reverted'])
  })
})
