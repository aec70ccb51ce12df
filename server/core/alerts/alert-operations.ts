import type {
  AcknowledgeAlerts,
  AlertDetail,
  AlertRuleView,
  AlertStats,
  AlertView,
  ListAlerts,
  ListSilences,
  NewSilence,
  SetRule,
  Silence,
} from '../../contracts/alerts.ts'
import type { Page } from '../../contracts/common.ts'
import type { Principal } from '../shared/principal.ts'

/** What the core offers of alerts; see `Operations`. */
export interface AlertOperations {
  /** The last raised first. */
  list(tenantId: string, filter: ListAlerts): Promise<Page<AlertView>>
  /** Throws ALERT_NOT_FOUND. */
  get(tenantId: string, id: string): Promise<AlertDetail>
  /** Says that somebody deals with them; answers which that changed. Throws ALERT_NOT_FOUND, ALERT_NOT_OPEN when it changed none. */
  acknowledge(by: Principal, input: AcknowledgeAlerts): Promise<{ acknowledged: string[] }>
  stats(tenantId: string): Promise<AlertStats>
  rules(tenantId: string): AlertRuleView[]
  /** Throws VERSION_CONFLICT, INVALID_INPUT. */
  setRule(by: Principal, edit: SetRule): Promise<AlertRuleView>
  silences(tenantId: string, filter: ListSilences): Promise<Page<Silence>>
  /** Throws INVALID_INPUT for a window that is over before it begins. */
  silence(by: Principal, input: NewSilence): Promise<Silence>
  /** Ends it now. Throws SILENCE_NOT_FOUND when there is none or it is over. */
  unsilence(by: Principal, id: string): Promise<Silence>
}
