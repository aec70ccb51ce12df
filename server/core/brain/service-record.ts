/** What is known of one service (module) for one task type of a tenant. */
export interface ServiceKey {
  tenantId: string
  taskType: string
  moduleId: string
}

/** Evidence in decayed counts: an outcome counts 1 when it is new, and half after every 1,000 later ones. Immutable. */
export interface Evidence {
  readonly successes: number
  readonly failures: number
  /** Mean duration of the successes in ms, by the same weights; null without any. */
  readonly meanMs: number | null
  /** How the failures divide by error code; sums to 1, empty without any. */
  readonly errorShares: ReadonlyMap<string, number>
}

/** Evidence of the last `outcomes` calls alone: what one replica adds to what all know. */
export interface EvidenceDelta extends Evidence {
  readonly outcomes: number
}

/** A call that ended. */
export interface ServiceOutcome {
  ok: boolean
  durationMs: number
  errorCode: string | null
}

/** Outcomes after which an older one counts half. So evidence is never worth more than about 1,443 outcomes. */
export const halfLifeOutcomes = 1_000
/** What is left of an outcome's weight when one more has come. */
const keptByNext = 2 ** (-1 / halfLifeOutcomes)
/** Error codes told apart in one record; the rarest are counted together beyond it. */
const errorKinds = 20
const otherErrors = 'OTHER'
/** Codes come from modules: what does not look like one is not kept as one. */
const errorCodePattern = /^[\x21-\x7e]{1,64}$/

const noErrors: ReadonlyMap<string, number> = new Map()
const onlyOtherErrors: ReadonlyMap<string, number> = new Map([[otherErrors, 1]])

export const noEvidence: Evidence = { successes: 0, failures: 0, meanMs: null, errorShares: noErrors }

/** One outcome as a delta. */
export function deltaOf(outcome: ServiceOutcome): EvidenceDelta {
  if (outcome.ok) {
    return { successes: 1, failures: 0, meanMs: outcome.durationMs, errorShares: noErrors, outcomes: 1 }
  }
  const code = outcome.errorCode
  const errorShares = code !== null && errorCodePattern.test(code) ? new Map([[code, 1]]) : onlyOtherErrors
  return { successes: 0, failures: 1, meanMs: null, errorShares, outcomes: 1 }
}

/**
 * Earlier evidence with newer evidence after it: the earlier counts 2^(-outcomes / 1,000) of what it did. Associative, so
 * what replicas saw can be gathered in batches of any size and added later.
 */
export function addEvidence(earlier: Evidence, newer: EvidenceDelta): Evidence {
  const kept = newer.outcomes === 1 ? keptByNext : 2 ** (-newer.outcomes / halfLifeOutcomes)
  const oldSuccesses = earlier.successes * kept
  const oldFailures = earlier.failures * kept
  return {
    successes: oldSuccesses + newer.successes,
    failures: oldFailures + newer.failures,
    meanMs: addMeans(earlier.meanMs, oldSuccesses, newer.meanMs, newer.successes),
    errorShares: addShares(earlier.errorShares, oldFailures, newer.errorShares, newer.failures),
  }
}

/** Two deltas as one, the second after the first. */
export function addDeltas(earlier: EvidenceDelta, newer: EvidenceDelta): EvidenceDelta {
  return { ...addEvidence(earlier, newer), outcomes: earlier.outcomes + newer.outcomes }
}

function addMeans(mean: number | null, weight: number, newMean: number | null, newWeight: number): number | null {
  if (newMean === null) return mean
  if (mean === null) return newMean
  return mean + (newMean - mean) * (newWeight / (weight + newWeight))
}

function addShares(
  shares: ReadonlyMap<string, number>,
  weight: number,
  newShares: ReadonlyMap<string, number>,
  newWeight: number,
): ReadonlyMap<string, number> {
  if (newShares.size === 0) return shares
  if (shares.size === 0) return newShares
  const newPart = newWeight / (weight + newWeight)
  const sum = new Map<string, number>()
  for (const [code, share] of shares) sum.set(code, share * (1 - newPart))
  for (const [code, share] of newShares) sum.set(code, (sum.get(code) ?? 0) + share * newPart)
  return sum.size <= errorKinds ? sum : joinRarest(sum)
}

function joinRarest(shares: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const named = [...shares].filter(([code]) => code !== otherErrors).toSorted(([, a], [, b]) => b - a)
  const kept = named.slice(0, errorKinds - 1)
  const joined = named.slice(errorKinds - 1).reduce((sum, [, share]) => sum + share, shares.get(otherErrors) ?? 0)
  return new Map([...kept, [otherErrors, joined]])
}
