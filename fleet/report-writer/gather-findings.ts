import type { Audit } from '../dependency-auditor/audit-dependencies.ts'
import type { KeywordFinding } from '../keyword-extractor/extract-keywords.ts'
import type { LicenseFinding } from '../license-detector/detect-license.ts'
import type { PackageFacts } from '../package-reader/read-package.ts'
import type { Readability } from '../readability-scorer/score-readability.ts'
import { BusyError, ModuleError } from '../shared/module-error.ts'
import { peers } from '../shared/peers.ts'
import type { Summary } from '../shared/summary.ts'
import type { Work } from '../shared/work.ts'
import { FindingMemory } from './finding-memory.ts'

/** Something that another module found out, or why it did not; null when there was nothing to ask it about. */
export type Finding<T> = { value: T } | { unavailable: string } | null

/** All that a report stands on. */
export interface Findings {
  facts: PackageFacts
  license: Finding<LicenseFinding>
  audit: Finding<Audit>
  summary: Finding<Summary>
  readability: Finding<Readability>
  keywords: Finding<KeywordFinding>
}

/**
 * Asks the other modules, all at once after the package reader. Without the package reader there is nothing to report and its
 * error is thrown; what the others do not deliver is left open in the report. What they have found is saved as it comes in, so
 * that another attempt asks only for the rest.
 */
export async function gatherFindings(name: string, work: Work): Promise<Findings> {
  work.reports.progress({ stage: 'reading the package', percent: 0 })
  const facts = (await peers.call('package-reader', 'package.read', { package: name }, work)) as PackageFacts
  const declared = facts.license
  const text = facts.readme?.text ?? ''
  const hasLicense = declared !== null || facts.licenseFile !== null
  const prose = text === '' ? null : { text }
  const license = { declared, text: facts.licenseFile?.text ?? null }
  const memory = new FindingMemory(`${facts.name}@${facts.version}`, work.reports, 5)
  const ask = <T>(moduleId: string, type: string, payload: unknown) =>
    memory.recall(type, () => askModule<T>(moduleId, type, payload, work))
  const [licenseFinding, audit, summary, readability, keywords] = await Promise.all([
    ask<LicenseFinding>('license-detector', 'license.detect', hasLicense ? license : null),
    ask<Audit>('dependency-auditor', 'dependencies.audit', { package: name }),
    ask<Summary>('summarizer-fast', 'text.summarize', prose),
    ask<Readability>('readability-scorer', 'readability.score', prose),
    ask<KeywordFinding>('keyword-extractor', 'keywords.extract', prose),
  ])
  return { facts, license: licenseFinding, audit, summary, readability, keywords }
}

async function askModule<T>(moduleId: string, type: string, payload: unknown, work: Work): Promise<Finding<T>> {
  if (payload === null) return null
  try {
    return { value: (await peers.call(moduleId, type, payload, work)) as T }
  } catch (error) {
    work.signal.throwIfAborted()
    if (error instanceof ModuleError && error.code === 'TEXT_TOO_SHORT') return null
    if (error instanceof ModuleError || error instanceof BusyError)
      return { unavailable: `${moduleId}: ${error.message}` }
    throw error
  }
}
