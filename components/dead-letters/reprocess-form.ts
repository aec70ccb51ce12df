import type { LetterChoice } from './letter-choice.ts'
import { toSelectionInput } from './letter-choice.ts'

/** What the fields of the form hold. */
export interface ReprocessFormValues {
  hasTrial: boolean
  size: string
  /** A percentage, or `told` to wait for a person. */
  continueFrom: string
  ratePerSecond: string
  reason: string
}

export const told = 'told'

/** What the fields hold at first: many letters are tried on a sample. */
export function initialReprocess(count: number): ReprocessFormValues {
  return { hasTrial: count > 20, size: '10', continueFrom: told, ratePerSecond: '20', reason: '' }
}

/** The input of `deadLetters.reprocessMany` that the fields stand for, unchecked. */
export function toReprocessInput(choice: LetterChoice, values: ReprocessFormValues) {
  const { hasTrial, size, continueFrom, ratePerSecond, reason } = values
  return {
    ...toSelectionInput(choice),
    ratePerSecond: Number(ratePerSecond),
    ...(hasTrial
      ? {
          trial: {
            size: Number(size),
            ...(continueFrom === told ? {} : { continueFrom: Number(continueFrom) / 100 }),
          },
        }
      : {}),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  }
}

/** The field that shows a problem of the input. */
export function fieldOfReprocess(path: string): string {
  return path.startsWith('trial.') ? path.slice('trial.'.length) : path
}
