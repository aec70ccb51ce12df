import type { LetterListFilter } from './letter-filter.ts'

/** What an act is about: letters chosen one by one, or all open ones that match a filter. */
export type LetterChoice = { ids: readonly string[] } | { filter: LetterListFilter }

/** The choice as the server takes it. */
export function toSelectionInput(choice: LetterChoice): { ids: string[] } | { filter: LetterListFilter } {
  return 'ids' in choice ? { ids: [...choice.ids] } : choice
}
