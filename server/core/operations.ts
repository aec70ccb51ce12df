import type { BreakerChangeView, BreakerView, ListBreakerChanges } from '../contracts/breakers.ts'
import type { Page } from '../contracts/common.ts'
import type { ConnectionReport } from '../contracts/connections.ts'
import type {
  DeadLetterGroup,
  DeadLetterJob,
  DeadLetterJobView,
  DeadLetterSummary,
  DeadLetterView,
  DiscardDeadLetters,
  DiscardReceipt,
  GroupDeadLetters,
  LetterFilter,
  ListDeadLetterJobs,
  ListDeadLetters,
  ReprocessDeadLetter,
  ReprocessMany,
} from '../contracts/dead-letters.ts'
import type { DecisionView } from '../contracts/decisions.ts'
import type { DeployModule, DeploymentProgress } from '../contracts/deployments.ts'
import type { EventType, EventView } from '../contracts/events.ts'
import type { TaskExplanation } from '../contracts/explain.ts'
import type { HealthMember, HealthPoint, HealthSummary, Heartbeat } from '../contracts/health.ts'
import type { ImpactPreview, PreviewImpact } from '../contracts/impact.ts'
import type {
  BreakerConfig,
  DisableModule,
  InstanceView,
  ModuleGraph,
  ModuleHealthSummary,
  ModuleImpact,
  ModuleSummary,
  ModuleView,
  RegisteredModule,
  RegisterInstance,
  RegisterModule,
  TakeOutInstance,
  UpdateInstance,
  UpdateModule,
} from '../contracts/modules.ts'
import type { ChangePause, PauseView } from '../contracts/queues.ts'
import type { ReplicaView } from '../contracts/replicas.ts'
import type { PreviewRoute, RoutedCall, RouteInput, RouteReport, RouteReportAnswer } from '../contracts/routing.ts'
import type { FlagsView, SetFlags } from '../contracts/settings.ts'
import type {
  BalancerStats,
  DashboardView,
  EventBusStats,
  OrchestratorStats,
  OrchestratorStatus,
  QueueStatsDetail,
  RoutingStats,
  SpendInput,
  SpendView,
} from '../contracts/stats.ts'
import type {
  ListTasks,
  QueuePolicyInput,
  SubmitAndWait,
  SubmitAndWaitAnswer,
  SubmitBatchReceipt,
  SubmitReceipt,
  SubmitTask,
  TaskGraph,
  TaskSummary,
  TaskView,
  TimelineEntry,
  TypeRetryPolicy,
} from '../contracts/tasks.ts'
import type { AlertOperations } from './alerts/alert-operations.ts'
import type { InvariantOperations } from './invariants/invariant-operations.ts'
import type { BrainOperations } from './learning/learning-operations.ts'
import type { MemoryOperations } from './memory/memory-operations.ts'
import type { Principal } from './shared/principal.ts'
import type { SimulationOperations } from './simulator/simulation-operations.ts'
import type { SuggestionOperations } from './suggestions/suggestion-operations.ts'
import type { WebhookOperations } from './webhooks/webhook-operations.ts'

/**
 * What the core offers to the outside, area by area; the API's procedures call nothing else. Every operation is scoped to
 * the tenant of its principal (or the tenant id given), and every failure that a caller can cause is a QuarterdeckError.
 */
export interface Operations {
  tasks: TaskOperations
  deadLetters: DeadLetterOperations
  queue: QueueOperations
  modules: ModuleOperations
  deployments: DeploymentOperations
  breakers: BreakerOperations
  impact: ImpactOperations
  router: RouterOperations
  health: HealthOperations
  events: EventOperations
  stats: StatsOperations
  replicas: ReplicaOperations
  settings: SettingOperations
  simulations: SimulationOperations
  suggestions: SuggestionOperations
  brain: BrainOperations
  memory: MemoryOperations
  alerts: AlertOperations
  webhooks: WebhookOperations
  invariants: InvariantOperations
}

export interface TaskOperations {
  /** Resolves after the task is committed. Throws TASK_TYPE_UNKNOWN, PAYLOAD_*, IDEMPOTENCY_CONFLICT, DEADLINE_IN_PAST, QUEUE_FULL ... */
  submit(by: Principal, input: SubmitTask, trace?: CallerTrace): Promise<SubmitReceipt>
  /** Submits and waits for the end, up to `waitMs`; at the time-out answers where the task stands. Throws as `submit`. */
  submitAndWait(by: Principal, input: SubmitAndWait, trace?: CallerTrace): Promise<SubmitAndWaitAnswer>
  /** One bad entry never fails the batch; entries are validated one by one. */
  submitBatch(by: Principal, entries: readonly unknown[], trace?: CallerTrace): Promise<SubmitBatchReceipt>
  /** Throws TASK_NOT_FOUND. */
  get(tenantId: string, id: string): Promise<TaskView>
  list(tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>>
  timeline(tenantId: string, id: string): Promise<TimelineEntry[]>
  /** What holds a waiting task and what would unblock it, where a running one is, why an ended one ended. Throws TASK_NOT_FOUND. */
  explain(tenantId: string, id: string): Promise<TaskExplanation>
  /** The task with all that it depends on and all that depends on it, directly or not; at most 300 tasks. Throws TASK_NOT_FOUND. */
  graph(tenantId: string, id: string): Promise<TaskGraph>
  /** Queued work ends at once, running work is aborted first. Throws TASK_ALREADY_ENDED. */
  cancel(by: Principal, id: string, reason: string | undefined): Promise<TaskView>
  /** Makes a new task like an ended one, linked to it. Throws TASK_NOT_ENDED. */
  retry(by: Principal, id: string): Promise<SubmitReceipt>
}

/** The trace that a caller's request belongs to. */
export interface CallerTrace {
  /** W3C trace context header; null when the caller sent none that can be carried on. */
  traceparent: string | null
}

export interface DeadLetterOperations {
  list(tenantId: string, filter: ListDeadLetters): Promise<Page<DeadLetterSummary>>
  /** By cause, the one that was seen last first; 200 at most. */
  groups(tenantId: string, filter: GroupDeadLetters): Promise<DeadLetterGroup[]>
  /** How many open letters a filter matches now, and since when the oldest waits. */
  countOpen(tenantId: string, filter: LetterFilter): Promise<{ open: number; oldestAt: string | null }>
  /** Throws DEAD_LETTER_NOT_FOUND. */
  get(tenantId: string, id: string): Promise<DeadLetterView>
  /** A new task linked to the old one. Throws DEAD_LETTER_NOT_FOUND, DEAD_LETTER_NOT_OPEN, and all that submitting throws. */
  reprocess(by: Principal, input: ReprocessDeadLetter): Promise<SubmitReceipt>
  /**
   * A job in the background on all open letters that match. Throws DEAD_LETTER_NOT_FOUND, DEAD_LETTER_NOT_OPEN, NO_DEAD_LETTERS,
   * IDEMPOTENCY_CONFLICT.
   */
  reprocessMany(by: Principal, input: ReprocessMany): Promise<DeadLetterJob>
  /** Ids at once, a filter by a job. Throws DEAD_LETTER_NOT_FOUND, DEAD_LETTER_NOT_OPEN, NO_DEAD_LETTERS. */
  discard(by: Principal, input: DiscardDeadLetters): Promise<DiscardReceipt>
  jobs(tenantId: string, filter: ListDeadLetterJobs): Promise<Page<DeadLetterJob>>
  /** Throws DEAD_LETTER_JOB_NOT_FOUND. */
  job(tenantId: string, id: string): Promise<DeadLetterJobView>
  /** The rest after a trial, whatever it came to. Throws DEAD_LETTER_JOB_NOT_FOUND, DEAD_LETTER_JOB_ENDED, DEAD_LETTER_JOB_NOT_DECIDING. */
  continueJob(by: Principal, id: string): Promise<DeadLetterJobView>
  /** What was made stays. Throws DEAD_LETTER_JOB_NOT_FOUND, DEAD_LETTER_JOB_ENDED. */
  abortJob(by: Principal, id: string, reason: string | undefined): Promise<DeadLetterJobView>
}

export interface QueueOperations {
  stats(tenantId: string): Promise<QueueStatsDetail>
  /** What is held back, the newest first. */
  pauses(tenantId: string): PauseView[]
  /** Holds back all, a module or a type, at once and on every replica; running work goes on. Throws MODULE_NOT_FOUND, TASK_TYPE_UNKNOWN. */
  pause(by: Principal, input: ChangePause): Promise<PauseView>
  /** Lets it go on; answers what is still held back. Throws PAUSE_NOT_FOUND. */
  resume(by: Principal, input: ChangePause): Promise<PauseView[]>
  /** Priorities, multipliers and retry policies by task type, limits and caps, with the version an edit must name. */
  policy(tenantId: string): Promise<QueuePolicyView>
  /** Throws VERSION_CONFLICT. */
  setPolicy(by: Principal, edit: QueuePolicyInput): Promise<QueuePolicyView>
}

export interface SettingOperations {
  flags(): FlagsView
  /** Throws VERSION_CONFLICT, and FORBIDDEN outside of the first tenant. */
  setFlags(by: Principal, edit: SetFlags): Promise<FlagsView>
}

export interface QueuePolicyView {
  version: number
  priorities: Record<string, number>
  multipliers: Record<string, number>
  typeLimits: Record<string, number>
  moduleLimits: Record<string, number>
  tenantLimit: number | null
  typeCaps: Record<string, number>
  retries: Record<string, TypeRetryPolicy>
}

/** Which modules a list holds; absent means all. */
export interface ModuleListFilter {
  category?: string | undefined
  owner?: string | undefined
  enabledOnly: boolean
}

export interface ModuleOperations {
  register(by: Principal, input: RegisterModule): Promise<RegisteredModule>
  update(by: Principal, input: UpdateModule): Promise<ModuleView>
  list(tenantId: string, filter: ModuleListFilter): ModuleSummary[]
  get(tenantId: string, id: string): ModuleView
  byCategory(tenantId: string): Record<string, ModuleSummary[]>
  enable(by: Principal, id: string, withDependencies: boolean): Promise<ModuleView>
  disable(by: Principal, input: DisableModule): Promise<ModuleView>
  remove(by: Principal, id: string, reason: string): Promise<void>
  impact(tenantId: string, id: string): Promise<ModuleImpact>
  graph(tenantId: string): ModuleGraph
  healthSummary(tenantId: string): ModuleHealthSummary
  registerInstance(by: Principal, input: RegisterInstance): Promise<InstanceView>
  deregisterInstance(by: Principal, input: { moduleId: string; instanceId: string }): Promise<void>
  updateInstance(by: Principal, input: UpdateInstance): Promise<InstanceView>
  /** Out of rotation: no more calls, and those that run may end. Throws INSTANCE_NOT_FOUND. */
  takeOutInstance(by: Principal, input: TakeOutInstance): Promise<InstanceView>
  /** Throws INSTANCE_NOT_FOUND, DEPLOYMENT_UNDER_WAY. */
  putBackInstance(by: Principal, input: { moduleId: string; instanceId: string }): Promise<InstanceView>
  /** Asks a service that is not registered yet for its health; changes nothing. Throws RATE_LIMITED. */
  testConnection(by: Principal, endpoint: string): Promise<ConnectionReport>
}

/** New versions of modules on their way in. All but `progress` throw DEPLOYMENT_NOT_UNDER_WAY when the state does not allow it. */
export interface DeploymentOperations {
  /** Throws MODULE_NOT_FOUND, DEPLOYMENT_UNDER_WAY, INVALID_INPUT, INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED. */
  start(by: Principal, input: DeployModule): Promise<ModuleView>
  /** The one under way, or the last. Throws MODULE_NOT_FOUND, DEPLOYMENT_NOT_UNDER_WAY when there was none. */
  progress(tenantId: string, moduleId: string): Promise<DeploymentProgress>
  /** Holds it at its step. */
  pause(by: Principal, moduleId: string, reason: string | null): Promise<ModuleView>
  /** Goes on after a pause, or tries the step again after it stopped. */
  resume(by: Principal, moduleId: string): Promise<ModuleView>
  /** Takes a step now, whatever it waits for; `step` is the index of that step, so that asking twice takes it once. */
  advance(by: Principal, moduleId: string, step: number): Promise<ModuleView>
  /** The old version takes all calls at once; the new instances finish theirs and leave. */
  rollBack(by: Principal, moduleId: string, reason: string): Promise<ModuleView>
}

export interface BreakerOperations {
  list(tenantId: string): BreakerView[]
  get(tenantId: string, moduleId: string, instanceId: string): BreakerView
  /** What became of one breaker on all replicas, the newest first; also of one that is gone. */
  timeline(tenantId: string, query: ListBreakerChanges): Promise<Page<BreakerChangeView>>
  force(
    by: Principal,
    target: { moduleId: string; instanceId: string },
    hold: { state: 'open' | 'closed'; reason: string; expiresInMs: number | null },
  ): Promise<BreakerView>
  reset(by: Principal, target: { moduleId: string; instanceId: string }, reason: string): Promise<BreakerView>
  /** Resets every breaker of the tenant; returns how many. */
  resetAll(by: Principal, reason: string): Promise<number>
  configure(
    by: Principal,
    input: { moduleId: string; configVersion: number; breaker: BreakerConfig },
  ): Promise<ModuleView>
}

export interface ImpactOperations {
  /** What an act would touch, before it is done. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND. */
  preview(tenantId: string, input: PreviewImpact): Promise<ImpactPreview>
}

export interface RouterOperations {
  /** What would be decided for a task of this type now; nothing is sent and no slot is taken. */
  preview(tenantId: string, input: PreviewRoute): DecisionView
  /** A slot on the best instance for a call that the caller makes itself. Throws TASK_TYPE_UNKNOWN, NO_ROUTE. */
  route(tenantId: string, input: RouteInput): Promise<RoutedCall>
  /** How such a call ended; with the next one to make when a fallback is asked for. Throws ROUTE_NOT_FOUND. */
  report(tenantId: string, report: RouteReport): Promise<RouteReportAnswer>
  stats(tenantId: string): RoutingStats
  balancerStats(tenantId: string): BalancerStats
}

export interface HealthOperations {
  summary(tenantId: string): HealthSummary
  unhealthy(tenantId: string, threshold: number): HealthMember[]
  report(
    by: Principal,
    report: {
      moduleId: string
      instanceId?: string | undefined
      status: 'healthy' | 'degraded' | 'unhealthy'
      load?: number | undefined
      details?: Record<string, unknown> | undefined
    },
  ): Promise<void>
  /** A sign of life that an instance sends. Throws MODULE_NOT_FOUND, INSTANCE_NOT_FOUND, FORBIDDEN. */
  heartbeat(by: Principal, beat: Heartbeat): { receivedAt: string }
  history(tenantId: string, range: { from?: string | undefined; to?: string | undefined }): Promise<HealthPoint[]>
}

export interface EventFilter {
  /** `*`, `area.*` or `area.name`; undefined means all. */
  types?: readonly string[] | undefined
  taskId?: string | undefined
  moduleId?: string | undefined
}

/** Which events a list holds; the moments are ISO 8601: what happened from `from` on and before `to`. */
export interface EventListFilter extends EventFilter {
  from?: string | undefined
  to?: string | undefined
}

export interface EventOperations {
  /** The newest of the last 1,000 in memory, newest first. */
  recent(tenantId: string, filter: EventFilter, limit: number): EventView[]
  /** All that is persisted, newest first. */
  list(
    tenantId: string,
    filter: EventListFilter,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<Page<EventView>>
  /** Oldest first, from and to included. The first 10,000 events of the range: go on after the last. */
  replay(tenantId: string, range: { fromSeq: number; toSeq: number }, types?: readonly string[]): Promise<EventView[]>
  /**
   * Every event after `afterSeq` (from now on when null), in sequence, without gap or repeat: first what is persisted, then
   * live. Ends when the signal aborts.
   */
  follow(tenantId: string, filter: EventFilter, afterSeq: number | null, signal: AbortSignal): AsyncIterable<EventView>
  stats(tenantId: string): EventBusStats
}

export interface ReplicaOperations {
  /** Every process that works, or lately worked, on this database; what needs a look first. */
  list(): Promise<ReplicaView[]>
}

export interface StatsOperations {
  orchestrator(tenantId: string): Promise<OrchestratorStats>
  spend(tenantId: string, input: SpendInput): Promise<SpendView>
  status(tenantId: string): Promise<OrchestratorStatus>
  /** The command center now. Computed at most twice a second however many ask. */
  dashboard(tenantId: string): Promise<DashboardView>
}

/** What a producer of events gives; sequence number and time are added by the log. */
export interface NewEvent {
  tenantId: string
  type: EventType
  /** 1 (critical) to 10; 5 when not given. */
  priority?: number
  taskId?: string | null
  moduleId?: string | null
  instanceId?: string | null
  data?: Record<string, unknown>
}
