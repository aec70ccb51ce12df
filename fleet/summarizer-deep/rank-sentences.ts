import { breathe } from '../shared/work.ts'

const damping = 0.85
const maxRounds = 100
const tolerance = 1e-6

/**
 * How central each sentence is: the stationary distribution of a walk that goes from sentence to sentence by similarity
 * (PageRank by power iteration). Sums to 1.
 */
export async function rankSentences(similarity: readonly Float64Array[], signal: AbortSignal): Promise<Float64Array> {
  const count = similarity.length
  const outgoing = similarity.map((row, index) => row.reduce((sum, value) => sum + value, 0) - (row[index] ?? 0))
  let ranks = new Float64Array(count).fill(1 / count)
  for (let round = 0; round < maxRounds; round += 1) {
    await breathe(signal)
    const next = step(similarity, outgoing, ranks)
    const change = next.reduce((sum, rank, index) => sum + Math.abs(rank - (ranks[index] ?? 0)), 0)
    ranks = next
    if (change < tolerance) break
  }
  return ranks
}

function step(similarity: readonly Float64Array[], outgoing: readonly number[], ranks: Float64Array) {
  const count = ranks.length
  // A sentence unlike all others passes its weight on to all alike.
  const stranded = ranks.reduce((sum, rank, index) => sum + (outgoing[index] === 0 ? rank : 0), 0)
  const next = new Float64Array(count).fill((1 - damping) / count + (damping * stranded) / count)
  for (const [from, row] of similarity.entries()) {
    const weight = outgoing[from] ?? 0
    if (weight === 0) continue
    const share = (damping * (ranks[from] ?? 0)) / weight
    for (let to = 0; to < count; to += 1) if (to !== from) next[to] = (next[to] ?? 0) + share * (row[to] ?? 0)
  }
  return next
}
