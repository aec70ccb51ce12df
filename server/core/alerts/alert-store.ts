import type { AlertRuleId } from '../../contracts/alert-rules.ts'
import type {
  AlertDetail,
  AlertSeverity,
  AlertStats,
  AlertView,
  ListAlerts,
  ListSilences,
  RuleSettings,
  Silence,
} from '../../contracts/alerts.ts'
import type { Json, Page } from '../../contracts/common.ts'
import type { Principal } from '../shared/principal.ts'
import type { KeptMemory } from './alert-memory.ts'
import type { LevelState } from './level-state.ts'

/** What evaluation remembers over a restart: the state of levels by `rule|subject`, and the memory of the rules. */
export interface KeptEvaluation {
  levels: Record<string, LevelState[]>
  memory: KeptMemory
}

/** An alert that is not resolved, as evaluation needs it. */
export interface OpenAlert {
  id: string
  rule: AlertRuleId
  subject: string
  moduleId: string | null
  severity: AlertSeverity
  level: number
  detail: string
  /** Whether webhooks were told of it. */
  isNotified: boolean
  /** When detail and evidence were last renewed, in ms since the epoch. */
  renewedAt: number
}

/** What people are told of an alert; all of it may change while it lasts. */
export interface AlertText {
  severity: AlertSeverity
  level: number
  title: string
  detail: string
  href: string
  evidence: Record<string, Json>
}

export type AlertChange =
  | {
      kind: 'raise'
      id: string
      rule: AlertRuleId
      subject: string
      moduleId: string | null
      /** When the trouble was first seen, in ms since the epoch. */
      since: number
      text: AlertText
    }
  | { kind: 'move'; id: string; isUp: boolean; text: AlertText }
  | { kind: 'renew'; id: string; text: AlertText }
  | { kind: 'resolve'; id: string; note: string | null }

/** What an evaluation came to. */
export interface EvaluationResult {
  /** The revision that it stands on. */
  revision: number
  kept: KeptEvaluation
  changes: readonly AlertChange[]
  nowMs: number
  replicaId: string
}

/** A silence as it is kept; times in ms since the epoch. */
export interface StoredSilence
  extends Pick<Silence, 'id' | 'kind' | 'rule' | 'severity' | 'moduleId' | 'reason' | 'by'> {
  startsAt: number
  endsAt: number
}

/**
 * Where alerts live. Every method is one transaction; what changes an alert writes its timeline, its events, its audit entry
 * and the deliveries to webhooks that are due in the same one. Times are in ms since the epoch.
 */
export interface AlertStore {
  /** `kept` is null when it is as of `knownRevision`, and before the first commit. */
  read(
    tenantId: string,
    knownRevision: number | null,
  ): Promise<{ revision: number; kept: KeptEvaluation | null; open: OpenAlert[]; silences: StoredSilence[] }>
  /**
   * Keeps what an evaluation came to, and tells webhooks of every alert that they do not know yet and no silence covers. False,
   * and nothing changed, when another replica has committed since `revision`.
   */
  commit(tenantId: string, result: EvaluationResult): Promise<boolean>
  /** The last raised first. */
  list(tenantId: string, filter: ListAlerts, nowMs: number): Promise<Page<AlertView>>
  get(tenantId: string, id: string, nowMs: number): Promise<AlertDetail | null>
  /** Those that are not resolved and not acknowledged yet become so; answers which, and which there are at all. */
  acknowledge(
    by: Principal,
    input: { ids: readonly string[]; note: string; nowMs: number },
  ): Promise<{ changed: string[]; known: string[] }>
  stats(tenantId: string, nowMs: number): Promise<AlertStats>
  /** The last to start first. */
  silences(tenantId: string, filter: ListSilences, nowMs: number): Promise<Page<Silence>>
  addSilence(by: Principal, silence: StoredSilence): Promise<void>
  /** Ends it now; null when there is no such silence or it is over. */
  endSilence(by: Principal, id: string, nowMs: number): Promise<Silence | null>
  /** Forgets what was resolved before the moment, and silences that were over by then. */
  forget(beforeMs: number): Promise<void>
}

/** A rule that somebody has edited. */
export interface StoredRule {
  tenantId: string
  id: AlertRuleId
  version: number
  settings: RuleSettings
  updatedBy: string
  /** Ms since the epoch. */
  updatedAt: number
}

/** Where edited rules are kept, versioned and audited. */
export interface AlertRuleStore {
  loadAll(): Promise<StoredRule[]>
  /** The new version; null when `version` is not the current one any more. */
  save(by: Principal, rule: { id: AlertRuleId; version: number; settings: RuleSettings }): Promise<number | null>
}
