import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { FlagsView } from '../../contracts/settings.ts'
import type { ChoicePolicies } from '../brain/choice-policy.ts'
import { applyChange } from '../changes/apply-change.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import type { EventPublisher } from '../events/event-log.ts'
import type { QueueService } from '../queue/queue-service.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import type { ModuleRegistry } from '../registry/module-registry.ts'
import type { FlagService } from '../settings/flag-service.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { Companion } from '../shared/companion.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Person } from '../shared/signed-in.ts'
import type { ConfigurationPart } from './subject-state.ts'

/** Where the configuration is read and changed. */
export interface ConfigurationDesk {
  snapshot(tenantId: string): Promise<ConfigurationSnapshot>
  /**
   * Makes a change as its own form would, in one transaction with the move of `companion`. Throws what the change is refused
   * with by hand, what `check` throws, and SUGGESTION_CHANGED; then nothing is changed.
   */
  change(
    by: Person,
    change: ConfigurationChange,
    reason: string,
    companion: Companion<ConfigurationPart>,
  ): Promise<void>
}

export interface DeskParts {
  registry: Pick<ModuleRegistry, 'require' | 'update' | 'updateInstance' | 'enable' | 'disable'>
  queue: Pick<QueueService, 'policy' | 'setPolicy'>
  settings: Pick<FlagService, 'flags' | 'setFlags'>
  choices: Pick<ChoicePolicies, 'set'>
  snapshot: (tenantId: string) => Promise<ConfigurationSnapshot>
  /** The move of a suggestion is an event, also where the change itself is none. */
  events: Pick<EventPublisher, 'wake'>
}

/** Changes go through the services that people's own edits go through: the same checks, history, audit and events. */
export class ServiceDesk implements ConfigurationDesk {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  snapshot(tenantId: string): Promise<ConfigurationSnapshot> {
    return this.#parts.snapshot(tenantId)
  }

  async change(
    by: Person,
    change: ConfigurationChange,
    reason: string,
    companion: Companion<ConfigurationPart>,
  ): Promise<void> {
    await this.#make(by, change, reason, companion)
    this.#parts.events.wake()
  }

  #make(
    by: Person,
    change: ConfigurationChange,
    reason: string,
    companion: Companion<ConfigurationPart>,
  ): Promise<void> {
    switch (change.kind) {
      case 'instance_capacity':
      case 'instance_weight':
      case 'module_strategy':
      case 'module_preference':
      case 'module_enabled':
      case 'module_breaker':
      case 'module_retry':
      case 'module_price':
      case 'module_resources':
      case 'module_dependencies':
        return this.#changeModule(by, change, reason, companion)
      case 'module_limit':
      case 'type_priority':
      case 'type_multiplier':
      case 'type_limit':
      case 'type_cap':
      case 'type_retry':
      case 'tenant_limit':
        return this.#changePolicy(by, change, companion)
      case 'type_pin':
      case 'type_goal':
      case 'exploration_rate':
        return this.#changeChoice(by, change, companion)
      case 'flag':
        return this.#changeFlag(by, change, companion)
      case 'instance_count':
        throw notApplicable('Quarterdeck does not start or stop instances.')
      default:
        return assertNever(change)
    }
  }

  async #changeModule(
    by: Person,
    change: Extract<ConfigurationChange, { moduleId: string }>,
    reason: string,
    companion: Companion<ConfigurationPart>,
  ): Promise<void> {
    const { registry } = this.#parts
    const { moduleId: id } = change
    const { move } = companion
    const along = { check: (module: ModuleRecord) => companion.check({ of: 'module', module }), move }
    if (change.kind === 'instance_capacity' || change.kind === 'instance_weight') {
      const { kind: _, ...input } = change
      await registry.updateInstance(by, input, along)
    } else if (change.kind === 'module_enabled') {
      if (change.enabled) await registry.enable(by, id, along)
      else await registry.disable(by, { id, reason, giveUpAfterMs: null }, along)
    } else {
      const { kind: _, moduleId: __, ...edit } = change
      const { configVersion } = registry.require(by.tenantId, id)
      await registry.update(by, { id, configVersion, ...edit }, along)
    }
  }

  async #changePolicy(by: Person, change: ConfigurationChange, companion: Companion<ConfigurationPart>): Promise<void> {
    const { queue, snapshot } = this.#parts
    const present = await snapshot(by.tenantId)
    const { policy } = applyChange(present, change)
    const edit = {
      ...policy,
      priorities: { ...policy.priorities },
      multipliers: { ...policy.multipliers },
      typeLimits: { ...policy.typeLimits },
      moduleLimits: { ...policy.moduleLimits },
      typeCaps: { ...policy.typeCaps },
      retries: { ...policy.retries },
    }
    // The version makes sure that what is checked is what is replaced.
    const check = () => companion.check({ of: 'policy', policy: present.policy })
    await queue.setPolicy(by, edit, { check, move: companion.move })
  }

  async #changeChoice(by: Person, change: ConfigurationChange, companion: Companion<ConfigurationPart>): Promise<void> {
    const { choices, snapshot } = this.#parts
    const present = await snapshot(by.tenantId)
    const { choice } = applyChange(present, change)
    // The version makes sure that what is checked is what is replaced.
    const check = () => companion.check({ of: 'choice', choice: present.choice })
    await choices.set(by, choice, { check, move: companion.move })
  }

  async #changeFlag(
    by: Person,
    { name, isOn }: Extract<ConfigurationChange, { kind: 'flag' }>,
    companion: Companion<ConfigurationPart>,
  ): Promise<void> {
    const { version, flags }: FlagsView = this.#parts.settings.flags()
    const along = { check: () => companion.check({ of: 'flags', flags }), move: companion.move }
    await this.#parts.settings.setFlags(by, { version, flags: { [name]: isOn } }, along)
  }
}

export function notApplicable(message: string): QuarterdeckError {
  return new QuarterdeckError('CHANGE_NOT_APPLICABLE', {
    message,
    action: 'Do it by hand, then reject the suggestion with what was done as the reason.',
  })
}

export function nothingToChange(): QuarterdeckError {
  return new QuarterdeckError('CHANGE_NOT_APPLICABLE', {
    message: 'The configuration is like this already.',
    action: 'There is nothing left to do; a suggestion of it can be rejected.',
  })
}
