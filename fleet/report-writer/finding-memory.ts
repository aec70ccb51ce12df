import type { Reports } from '../shared/reports.ts'
import type { Finding } from './gather-findings.ts'

/** What a checkpoint of a report holds. */
interface Saved {
  /** Name and version of the package: findings about another one are of no use. */
  about: string
  found: Record<string, unknown>
}

/**
 * The findings of one report by the type of work that gave them. What an earlier attempt found is not asked for again; each
 * new finding is saved, and tells how far the report is. Failures are not saved, so that they are asked about again.
 */
export class FindingMemory {
  readonly #about: string
  readonly #reports: Reports
  readonly #expected: number
  readonly #found: Map<string, unknown>
  #settled = 0

  /** `expected` is how many findings there will be. */
  constructor(about: string, reports: Reports, expected: number) {
    this.#about = about
    this.#reports = reports
    this.#expected = expected
    this.#found = new Map(Object.entries(readSaved(reports.checkpoint, about)))
  }

  async recall<T>(type: string, ask: () => Promise<Finding<T>>): Promise<Finding<T>> {
    if (this.#found.has(type)) {
      this.#tell(type)
      return { value: this.#found.get(type) as T }
    }
    const finding = await ask()
    this.#tell(type)
    if (finding !== null && 'value' in finding) {
      this.#found.set(type, finding.value)
      await this.#reports.saveCheckpoint({
        about: this.#about,
        found: Object.fromEntries(this.#found),
      } satisfies Saved)
    }
    return finding
  }

  #tell(type: string): void {
    this.#settled += 1
    const percent = 20 + Math.round((70 * this.#settled) / this.#expected)
    this.#reports.progress({ stage: 'gathering', percent, message: `${type} is in` })
  }
}

/** What an earlier attempt saved about the same package; nothing when it saved something else, or was no attempt of ours. */
function readSaved(checkpoint: unknown, about: string): Record<string, unknown> {
  if (typeof checkpoint !== 'object' || checkpoint === null) return {}
  const { about: savedAbout, found } = checkpoint as Partial<Saved>
  return savedAbout === about && typeof found === 'object' && found !== null ? found : {}
}
