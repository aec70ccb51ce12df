'use client'

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { type Trial, trials } from './trials.ts'

export const windows = ['1', '6', '24', '168'] as const

const parsers = {
  setting: parseAsStringLiteral<Trial>(trials).withDefault('capacity'),
  module: parseAsString.withDefault(''),
  instance: parseAsString.withDefault(''),
  type: parseAsString.withDefault(''),
  /** See `typed-text.ts`. */
  value: parseAsString.withDefault(''),
  hours: parseAsStringLiteral(windows).withDefault('24'),
  /** The simulation that is shown; the newest one when none is named. */
  run: parseAsString.withDefault('').withOptions({ history: 'push' }),
}

/** What the page asks and shows, as the URL has it. */
export function useWhatIfSearch() {
  return useQueryStates(parsers)
}
