import type { ChangePause, PauseView } from '../../contracts/queues.ts'
import type { QueueStatsDetail } from '../../contracts/stats.ts'
import type { QueuePolicyInput } from '../../contracts/tasks.ts'
import type { QueueOperations, QueuePolicyView } from '../operations.ts'
import type { Companion, CompanionMove } from '../shared/companion.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import type { PauseBoard } from './pause-board.ts'
import { defaultQueuePolicy, type QueuePolicy } from './priority.ts'

/** Where each tenant's maps of priorities and multipliers are kept. */
export interface QueuePolicyStore {
  loadAll(): Promise<{ tenantId: string; policy: QueuePolicyView }[]>
  /**
   * Writes it with an audit row, and with the companion's move, when `policy.version` is still the current one; answers the new
   * version, or null. Throws SUGGESTION_CHANGED when the companion has moved already.
   */
  save(by: Principal, policy: QueuePolicyView, companion?: CompanionMove): Promise<number | null>
}

export interface QueueServicePorts {
  policies: QueuePolicyStore
  pauses: PauseBoard
  stats: (tenantId: string) => Promise<QueueStatsDetail>
}

/** The queue's editable policy, what is held back of it, and its statistics. */
export class QueueService implements QueueOperations {
  readonly #ports: QueueServicePorts
  readonly #policies = new Map<string, QueuePolicyView>()

  constructor(ports: QueueServicePorts) {
    this.#ports = ports
  }

  /** Reads what is stored, at start and whenever another replica has changed it. */
  async refresh(): Promise<void> {
    for (const { tenantId, policy } of await this.#ports.policies.loadAll()) {
      // A change of our own may have been committed after this was read.
      if (policy.version >= this.#view(tenantId).version) this.#policies.set(tenantId, policy)
    }
  }

  /** What decides priority and score of a new task now. */
  policyOf(tenantId: string): QueuePolicy {
    return this.#policies.get(tenantId) ?? defaultQueuePolicy
  }

  typeCapsOf(tenantId: string): Readonly<Record<string, number>> {
    return this.policyOf(tenantId).typeCaps
  }

  tenantsWithCaps(): readonly string[] {
    return [...this.#policies].flatMap(([tenantId, { typeCaps }]) =>
      Object.keys(typeCaps).length > 0 ? [tenantId] : [],
    )
  }

  pauses(tenantId: string): PauseView[] {
    return this.#ports.pauses.list(tenantId)
  }

  pause(by: Principal, input: ChangePause): Promise<PauseView> {
    return this.#ports.pauses.pause(by, input)
  }

  async resume(by: Principal, input: ChangePause): Promise<PauseView[]> {
    await this.#ports.pauses.resume(by, input)
    return this.pauses(by.tenantId)
  }

  stats(tenantId: string): Promise<QueueStatsDetail> {
    return this.#ports.stats(tenantId)
  }

  policy(tenantId: string): Promise<QueuePolicyView> {
    return Promise.resolve(this.#view(tenantId))
  }

  async setPolicy(by: Principal, edit: QueuePolicyInput, along?: Companion<QueuePolicyView>): Promise<QueuePolicyView> {
    const present = this.#view(by.tenantId)
    const policy = withEdit(present, edit)
    along?.check(present)
    const version = await this.#ports.policies.save(by, policy, along?.move)
    if (version === null) {
      throw new QuarterdeckError('VERSION_CONFLICT', {
        message: 'The queue policy was changed by somebody else in the meantime.',
        action: 'Load it again and repeat the change on what is there now.',
        details: { currentVersion: this.#view(by.tenantId).version },
      })
    }
    const saved = { ...policy, version }
    this.#policies.set(by.tenantId, saved)
    return saved
  }

  #view(tenantId: string): QueuePolicyView {
    return this.#policies.get(tenantId) ?? { version: 0, ...defaultQueuePolicy }
  }
}

/** What an edit does not name stays as it is. */
function withEdit(present: QueuePolicyView, edit: QueuePolicyInput): QueuePolicyView {
  return {
    version: edit.version,
    priorities: edit.priorities,
    multipliers: edit.multipliers,
    typeLimits: edit.typeLimits ?? present.typeLimits,
    moduleLimits: edit.moduleLimits ?? present.moduleLimits,
    tenantLimit: edit.tenantLimit === undefined ? present.tenantLimit : edit.tenantLimit,
    typeCaps: edit.typeCaps ?? present.typeCaps,
    retries: edit.retries ?? present.retries,
  }
}
