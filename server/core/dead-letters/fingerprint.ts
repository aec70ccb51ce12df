import type { TaskError } from '../../contracts/tasks.ts'

/** What a fingerprint is made from. */
export interface Failure {
  type: string
  code: string
  message: string
}

const inputLength = 2_000
const outputLength = 300
const fingerprintLength = 16

/**
 * What differs between two occurrences of one fault, most specific first; the order matters, since what one rule leaves the
 * next one reads. Nothing here backtracks beyond its own match: every repetition is bounded or of one class.
 */
const variables: readonly { pattern: RegExp; stands: string }[] = [
  { pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'`<>)\]]+/gi, stands: '<url>' },
  { pattern: /"[^"\n]*"|`[^`\n]*`|“[^”\n]*”|‘[^’\n]*’|«[^»\n]*»|(?<!\w)'[^'\n]*'(?!\w)/g, stands: '<value>' },
  { pattern: /\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+/g, stands: '<value>' },
  {
    pattern: /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?)?(?![\w-])/g,
    stands: '<time>',
  },
  { pattern: /\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, stands: '<time>' },
  { pattern: /\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b/gi, stands: '<id>' },
  {
    pattern: /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.])|\[[0-9a-f:.]{2,45}\](?::\d{1,5})?/gi,
    stands: '<address>',
  },
  { pattern: /(?<![\w<])(?:[a-z]:)?(?:\.{0,2}[\\/])(?:[\w.@+~-]+[\\/])*[\w.@+~-]+/gi, stands: '<path>' },
  { pattern: /(?<![\w/<])[\w.@+~-]+(?:\/[\w.@+~-]+){2,}/g, stands: '<path>' },
  { pattern: /(?<![\w.])[-+]?\d+(?:[.,_]\d+)*(?:e[-+]?\d+)?(?![\w-])/gi, stands: '<n>' },
  { pattern: /\b(?=[\w-]*\d)[\w-]{8,}\b/g, stands: '<id>' },
  { pattern: /\d+(?:[.,_]\d+)*/g, stands: '<n>' },
]

/**
 * An error message without what is particular to one occurrence: addresses, quoted values, times, ids, paths and numbers give
 * way to placeholders. At most 300 characters, one line. Of the message, the first 2,000 characters count.
 */
export function normalizeMessage(message: string): string {
  let text = message.slice(0, inputLength)
  for (const { pattern, stands } of variables) text = text.replace(pattern, stands)
  return text.replace(/\s+/g, ' ').trim().slice(0, outputLength)
}

/** The error that a dead letter shows; a task may have failed without one. */
export function letterError(error: TaskError | null, reason: string | null): TaskError {
  return error ?? { code: reason ?? 'UNKNOWN', message: 'It failed without an error of its own.' }
}

/** The text that is hashed: failures with the same one have the same cause, as far as can be told. */
export function signatureOf({ type, code, message }: Failure): string {
  return `${type}\n${code}\n${normalizeMessage(message)}`
}

/** 16 hexadecimal digits that stand for the cause of a failure. `digest` gives the SHA-256 of a text in hexadecimal. */
export function fingerprintOf(digest: (text: string) => string, failure: Failure): string {
  return digest(signatureOf(failure)).slice(0, fingerprintLength)
}
