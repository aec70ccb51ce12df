import { breathe } from '../shared/work.ts'
import type { Terms } from './read-terms.ts'

const rowsPerStep = 25

/** Cosine similarity of all pairs of sentences, terms weighed by how few sentences have them. Symmetric, 0-1. */
export async function similarityMatrix(sentences: readonly Terms[], signal: AbortSignal): Promise<Float64Array[]> {
  const rarity = rarityOf(sentences)
  const vectors = sentences.map(terms => normalize(terms, rarity))
  const matrix = sentences.map(() => new Float64Array(sentences.length))
  for (const [row, vector] of vectors.entries()) {
    if (row % rowsPerStep === 0) await breathe(signal)
    for (let column = 0; column <= row; column += 1) {
      const similarity = dotOf(vector, vectors[column] ?? new Map())
      ;(matrix[row] as Float64Array)[column] = similarity
      ;(matrix[column] as Float64Array)[row] = similarity
    }
  }
  return matrix
}

/** Inverse document frequency, smoothed so that a term in every sentence still counts a little. */
function rarityOf(sentences: readonly Terms[]): Map<string, number> {
  const having = new Map<string, number>()
  for (const terms of sentences) for (const term of terms.keys()) having.set(term, (having.get(term) ?? 0) + 1)
  return new Map([...having].map(([term, count]) => [term, Math.log(1 + sentences.length / count)]))
}

function normalize(terms: Terms, rarity: ReadonlyMap<string, number>): Map<string, number> {
  const weights = [...terms].map(([term, count]) => [term, count * (rarity.get(term) ?? 0)] as const)
  const length = Math.hypot(...weights.map(([, weight]) => weight))
  return new Map(weights.map(([term, weight]) => [term, weight / length]))
}

function dotOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a]
  let sum = 0
  for (const [term, weight] of small) sum += weight * (large.get(term) ?? 0)
  return sum
}
