import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type QuorumVote, quorumOf } from './quorum.ts'

const open: QuorumVote = { state: 'open', calls: 0 }
const fine: QuorumVote = { state: 'closed', calls: 9 }
const idle: QuorumVote = { state: 'closed', calls: 0 }

describe('a quorum', () => {
  test('needs more than half of those that had calls, and two', () => {
    expect(quorumOf([open, fine])).toEqual({ troubled: 1, voters: 2, isReached: false })
    expect(quorumOf([open, open]).isReached).toBe(true)
    expect(quorumOf([open, open, fine]).isReached).toBe(true)
    expect(quorumOf([open, open, fine, fine]).isReached).toBe(false)
    expect(quorumOf([open, { state: 'half_open', calls: 1 }, fine]).isReached).toBe(true)
  })

  test('is not prevented by those that had no calls, and not made by one alone among them', () => {
    expect(quorumOf([open, open, idle, idle, idle]).isReached).toBe(true)
    expect(quorumOf([open, idle, idle])).toEqual({ troubled: 1, voters: 1, isReached: false })
  })

  test('is never had by one replica, and one more that sees trouble never takes it away', () => {
    const vote = fc.constantFrom(open, fine, idle, { state: 'half_open', calls: 3 } as const)
    fc.assert(
      fc.property(fc.array(vote, { maxLength: 12 }), votes => {
        const quorum = quorumOf(votes)
        expect(quorum.isReached && quorum.troubled < 2).toBe(false)
        if (quorum.isReached) expect(quorumOf([...votes, open]).isReached).toBe(true)
        if (!quorum.isReached) expect(quorumOf([...votes, fine]).isReached).toBe(false)
      }),
    )
  })
})
