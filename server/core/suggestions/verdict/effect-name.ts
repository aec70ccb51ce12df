import type { ExpectedEffect } from '../../../contracts/findings.ts'

/** A measure in words, with what it is told of: `wait mean of instance a of Extractor`. */
export function nameOfEffect({ measure, of, errorCode }: Pick<ExpectedEffect, 'measure' | 'of' | 'errorCode'>): string {
  const words = measure.replaceAll('_', ' ')
  return `${words}${errorCode === undefined ? '' : ` after ${errorCode}`}${of === undefined ? '' : ` of ${of.name}`}`
}
