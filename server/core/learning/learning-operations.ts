import type {
  BrainDecision,
  ChoicePolicyView,
  DecideInput,
  LearnInput,
  LearnReceipt,
  PerformanceInput,
  PerformanceView,
  PrioritizedTask,
  PrioritizeInput,
  RegretInput,
  RegretView,
  SetChoicePolicy,
} from '../../contracts/learning.ts'
import type { Principal } from '../shared/principal.ts'

/** What the API offers of the brain. */
export interface BrainOperations {
  /** What the dispatcher would do with such a task now. Throws TASK_TYPE_UNKNOWN, MODULE_NOT_FOUND, MODULE_CANNOT_RUN_TYPE. */
  decide(tenantId: string, input: DecideInput): BrainDecision
  /** The order in which tasks submitted together would be claimed. */
  prioritize(tenantId: string, input: PrioritizeInput): PrioritizedTask[]
  /**
   * Takes in how a call made elsewhere ended; the same under one key counts once. Throws TASK_TYPE_UNKNOWN, MODULE_NOT_FOUND,
   * MODULE_CANNOT_RUN_TYPE, IDEMPOTENCY_CONFLICT, RATE_LIMITED.
   */
  learn(by: Principal, input: LearnInput): Promise<LearnReceipt>
  performance(tenantId: string, input: PerformanceInput): Promise<PerformanceView>
  /** What each routing rule costs, from recorded choices. */
  regret(tenantId: string, input: RegretInput): Promise<RegretView>
  /** How services are chosen beside their scores. */
  policy(tenantId: string): ChoicePolicyView
  /** Throws VERSION_CONFLICT, MODULE_CANNOT_RUN_TYPE. */
  setPolicy(by: Principal, edit: SetChoicePolicy): Promise<ChoicePolicyView>
}
