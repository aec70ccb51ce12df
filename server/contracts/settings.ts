import { z } from 'zod'

/**
 * How far a flagged behaviour has come: `planned` does not exist yet and cannot be turned on, `experimental` may change or go, `preview` is
 * meant to stay, `stable` can be relied upon.
 */
export type FlagPhase = 'planned' | 'experimental' | 'preview' | 'stable'

/** What can be turned on and off: what it does in a sentence, how far it has come, and whether it is on at first. */
export const flagCatalog = {
  cost_based_scheduling: {
    meaning:
      'Among services that succeed as well as the best, the cheapest is chosen: by expected cost with its load counted.',
    phase: 'preview',
    isOnAtFirst: false,
  },
  critical_path_analysis: {
    meaning:
      'The graph of a task says which of its tasks decide when all is done, and how much later the others may start.',
    phase: 'stable',
    isOnAtFirst: true,
  },
  dag_optimization: {
    meaning: 'What a task with a deadline waits for is ranked first when it could not be done in time otherwise.',
    phase: 'stable',
    isOnAtFirst: true,
  },
  predictive_scaling: {
    meaning:
      'Instances would be started before the load that is expected comes. Until then analysis says how many a module needs, and people start them.',
    phase: 'planned',
    isOnAtFirst: false,
  },
} as const satisfies Record<string, { meaning: string; phase: FlagPhase; isOnAtFirst: boolean }>
export type FlagName = keyof typeof flagCatalog

export const flagNames = Object.keys(flagCatalog) as [FlagName, ...FlagName[]]
export type Flags = Record<FlagName, boolean>

/** Whether nothing stands behind the flag yet, so that it cannot be turned on. */
export const isPlanned = (name: FlagName): boolean => flagCatalog[name].phase === 'planned'
/** What is wrong with turning it on all the same; follows the name. */
export const plannedRefusal = 'is planned, not built, and cannot be turned on'

/** The flags of the installation; `version` is the one the edit was made on. A flag that is left out stays as it is. */
export const setFlagsInput = z.strictObject({
  version: z.number().int().min(0),
  flags: z.partialRecord(z.enum(flagNames), z.boolean()).superRefine((flags, context) => {
    for (const name of flagNames.filter(each => flags[each] && isPlanned(each))) {
      context.addIssue({ code: 'custom', path: [name], message: plannedRefusal })
    }
  }),
})
export type SetFlags = z.output<typeof setFlagsInput>

export interface FlagsView {
  version: number
  flags: Flags
}
