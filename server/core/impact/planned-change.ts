import type { PreviewImpact } from '../../contracts/impact.ts'
import type { ModuleRecord } from '../registry/module-record.ts'

/** An act as far as it takes room away. */
export interface PlannedChange {
  /** The module that it is about; null for acts on types and on everything. */
  module: ModuleRecord | null
  /** Slots that the module has after it, of those it has now. */
  slotsAfter: (now: { slots: number; ofInstance: (instanceId: string) => number }) => number
  /** Whether work of this type is held back as a whole. */
  holds: (taskType: string) => boolean
  /** Calls that may be in flight of this type, or of all together; null without a new limit. */
  limit: { type: string | null; limit: number | null } | null
}

const nothing: PlannedChange = {
  module: null,
  slotsAfter: ({ slots }) => slots,
  holds: () => false,
  limit: null,
}

/** What an act would change. `find` gives the module or throws. */
export function planChange(input: PreviewImpact, find: (moduleId: string) => ModuleRecord): PlannedChange {
  switch (input.act) {
    case 'disable_module':
    case 'pause_module':
      return { ...nothing, module: find(input.moduleId), slotsAfter: () => 0 }
    case 'force_open':
    case 'take_out_instance':
      return {
        ...nothing,
        module: find(input.moduleId),
        slotsAfter: ({ slots, ofInstance }) => slots - ofInstance(input.instanceId),
      }
    case 'limit_instance':
      return {
        ...nothing,
        module: find(input.moduleId),
        slotsAfter: ({ slots, ofInstance }) => slots - Math.max(0, ofInstance(input.instanceId) - input.limit),
      }
    case 'limit_module':
      return {
        ...nothing,
        module: find(input.moduleId),
        slotsAfter: ({ slots }) => (input.limit === null ? slots : Math.min(slots, input.limit)),
      }
    case 'pause_all':
      return { ...nothing, holds: () => true }
    case 'pause_type':
      return { ...nothing, holds: type => type === input.type }
    case 'limit_type':
      return { ...nothing, limit: { type: input.type, limit: input.limit } }
    case 'limit_tenant':
      return { ...nothing, limit: { type: null, limit: input.limit } }
  }
}
