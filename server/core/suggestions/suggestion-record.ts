import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type {
  ActorName,
  Consent,
  SuggestionContent,
  SuggestionOrigin,
  SuggestionState,
  SuggestionStatus,
  SuggestionStep,
} from '../../contracts/suggestions.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { Actor } from '../shared/principal.ts'

/** A consent as it is kept. */
export interface SealedConsent extends Consent {
  /** Keyed digest of the rest: a consent that was written past the core is not one. Nobody else is told. */
  seal: string
}

/** Where a suggestion stands, as it is kept. */
export type KeptState = SuggestionState<SealedConsent>

/** A suggestion as it is kept. Immutable: each act makes the next revision. JSON. */
export interface SuggestionRecord extends SuggestionContent {
  tenantId: string
  id: string
  /** 1 at first; every act and every refresh adds one. */
  revision: number
  /** The same for the same analyzer, subject and direction. At most one living suggestion has it. */
  key: string
  origin: SuggestionOrigin
  state: KeptState
  simulationId: string | null
  history: SuggestionStep[]
  createdAt: string
  seenAt: string
  updatedAt: string
  /** When a duty has to look at it next; null when nothing happens by itself. */
  dueAt: string | null
}

/** A digest of a text; SHA-256 in production. */
export type Digest = (text: string) => string

/** States in which no second suggestion of the same key may be opened. */
export const livingStatuses = [
  'open',
  'snoozed',
  'approved',
  'voided',
  'expired',
  'applied',
] as const satisfies readonly SuggestionStatus[]

/** States from which it goes nowhere unless somebody decides. */
export const undecidedStatuses = ['open', 'snoozed', 'voided', 'expired'] as const satisfies readonly SuggestionStatus[]

/** States in which somebody has to decide. */
export const waitingStatuses = ['open', 'voided', 'expired'] as const satisfies readonly SuggestionStatus[]

const mostSteps = 200

/** The change that would be applied; null for what only people can do. */
export function changeOf({ act }: Pick<SuggestionRecord, 'act'>): ConfigurationChange | null {
  return act.kind === 'change' ? act.change : null
}

/** The module that it is about, by its subject or by what it would change; null when it is about something else. */
export function moduleOf({ subject, act }: Pick<SuggestionRecord, 'subject' | 'act'>): string | null {
  if (subject.kind === 'module') return subject.id
  if (subject.kind === 'instance') return subject.id.split('/')[0] ?? null
  return act.change !== null && 'moduleId' in act.change ? act.change.moduleId : null
}

/** What an approval is bound to, of what was found: the act, and all that speaks for it. */
export function evidenceHashOf(record: SuggestionContent, digest: Digest): string {
  const { act, evidence, series, expected, window } = record
  return digest(canonicalJson({ act, evidence, series, expected, window }))
}

export function nameOf({ kind, id, name }: Actor): ActorName {
  return { kind, id, name }
}

/** The next revision of a record, with what was done written into its history. */
export function advance(
  record: SuggestionRecord,
  edit: Partial<Omit<SuggestionRecord, 'tenantId' | 'id' | 'revision' | 'history'>>,
  step: SuggestionStep | null,
): SuggestionRecord {
  const next = { ...record, ...edit, revision: record.revision + 1 }
  if (step === null) return next
  return { ...next, updatedAt: step.at, history: [...record.history, step].slice(-mostSteps) }
}
