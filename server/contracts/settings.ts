import { z } from 'zod'

/** Behaviour that is off until an operator turns it on, with what it does in a sentence. */
export const flagMeanings = {
  cost_based_scheduling:
    'Among services that succeed as well as the best, the cheapest is chosen: by expected cost with its load counted.',
} as const
/** How far a flagged behaviour has come: `experimental` may change or go, `preview` is meant to stay. */
export type FlagPhase = 'experimental' | 'preview'
export type FlagName = keyof typeof flagMeanings

export const flagPhases: Readonly<Record<FlagName, FlagPhase>> = { cost_based_scheduling: 'preview' }

export const flagNames = Object.keys(flagMeanings) as [FlagName, ...FlagName[]]
export type Flags = Record<FlagName, boolean>

/** The flags of the installation; `version` is the one the edit was made on. A flag that is left out stays as it is. */
export const setFlagsInput = z.strictObject({
  version: z.number().int().min(0),
  flags: z.partialRecord(z.enum(flagNames), z.boolean()),
})
export type SetFlags = z.output<typeof setFlagsInput>

export interface FlagsView {
  version: number
  flags: Flags
}
