import { familyOf, isExpression, type LicenseFamily, licensesIn, toExpression } from '../shared/license-expression.ts'
import { ModuleError } from '../shared/module-error.ts'
import { round } from '../shared/text.ts'
import { isOsiApproved, LicenseCorpus, type LicenseMatch } from './license-corpus.ts'

/** From this similarity on, a text is taken for the licence: below, people have changed more than a name in it. */
const certainSimilarity = 0.9

export interface LicensePayload {
  /** What the manifest says, in whatever form. */
  declared?: string | null
  /** The licence file. */
  text?: string | null
}

export interface LicenseFinding {
  /** SPDX expression; null when neither source allows one. */
  expression: string | null
  /** 0-1. */
  confidence: number
  family: LicenseFamily
  osiApproved: boolean | null
  declared: { raw: string; isValid: boolean; expression: string | null } | null
  /** Known licences that the text is like, best first. */
  matches: LicenseMatch[]
  /** Whether declaration and text say the same; null when one of them says nothing. */
  agrees: boolean | null
}

let corpus: Promise<LicenseCorpus> | undefined

/** Throws ModuleError NOTHING_TO_READ when the payload has neither a declaration nor a text. */
export async function detectLicense(payload: LicensePayload, signal: AbortSignal): Promise<LicenseFinding> {
  const { declared: raw, text } = payload
  if (!raw?.trim() && !text?.trim()) {
    throw new ModuleError('NOTHING_TO_READ', 'Neither a declared licence nor a text was given.', { status: 422 })
  }
  const declared = raw?.trim() ? { raw, isValid: isExpression(raw), expression: toExpression(raw) } : null
  const matches = text?.trim() ? await matchText(text, signal) : []
  const best = matches[0] && matches[0].similarity >= certainSimilarity ? matches[0] : null
  const agrees = declared?.expression && best ? licensesIn(declared.expression).includes(best.id) : null
  const expression = declared?.expression ?? best?.id ?? null
  return {
    expression,
    confidence: round(confidenceOf(declared, best, agrees), 3),
    family: expression === null ? 'unknown' : familyOf(expression),
    osiApproved: expression === null ? null : licensesIn(expression).every(id => isOsiApproved(id) === true),
    declared,
    matches: matches.map(match => ({ ...match, similarity: round(match.similarity, 3) })),
    agrees,
  }
}

async function matchText(text: string, signal: AbortSignal): Promise<LicenseMatch[]> {
  corpus ??= LicenseCorpus.load()
  return (await corpus).match(text, signal)
}

/** Two sources that agree are nearly certain; one alone is worth what it is; a contradiction is worth little. */
function confidenceOf(declared: LicenseFinding['declared'], best: LicenseMatch | null, agrees: boolean | null): number {
  if (agrees === true) return 0.99
  if (agrees === false) return 0.4
  if (best && !declared?.expression) return best.similarity
  if (!declared?.expression) return 0
  return declared.isValid ? 0.85 : 0.7
}
