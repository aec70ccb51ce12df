import type { Json } from '../../contracts/common.ts'
import { QuarterdeckError } from './errors.ts'

const encoder = new TextEncoder()
/** Texts of up to a third of it are measured in place: an array for each took ten times as long. */
const scratch = new Uint8Array(4_096)

/**
 * The JSON text of a value from outside, after checking what cannot be stored: size in UTF-8 bytes, depth, and NUL
 * characters and half surrogate pairs (PostgreSQL refuses them in jsonb). Throws PAYLOAD_TOO_LARGE, PAYLOAD_TOO_DEEP or PAYLOAD_NOT_STORABLE.
 */
export function toStorableJson(value: unknown, what: string, limits: { bytes: number; depth: number }): string {
  if (value === undefined) {
    throw new QuarterdeckError('PAYLOAD_NOT_STORABLE', {
      message: `The ${what} is missing.`,
      action: 'Send any JSON value; null when there is nothing to say.',
    })
  }
  if (depthOf(value, limits.depth) > limits.depth) {
    throw new QuarterdeckError('PAYLOAD_TOO_DEEP', {
      message: `The ${what} is nested deeper than ${limits.depth} levels.`,
      action: 'Flatten it, or send a reference to where the data is.',
      details: { limit: limits.depth },
    })
  }
  const text = JSON.stringify(value)
  const bytes = text.length * 3 <= limits.bytes ? text.length : utf8Bytes(text)
  if (bytes > limits.bytes) {
    throw new QuarterdeckError('PAYLOAD_TOO_LARGE', {
      message: `The ${what} has ${bytes} bytes; at most ${limits.bytes} are accepted.`,
      action: 'Send a reference to where the data is instead of the data.',
      details: { bytes, limit: limits.bytes },
    })
  }
  if ((text.includes('\\u0000') || text.includes('\\ud')) && containsUnstorableText(value)) {
    throw new QuarterdeckError('PAYLOAD_NOT_STORABLE', {
      message: `The ${what} contains a NUL character or half of a surrogate pair, which cannot be stored.`,
      action: 'Remove it, or encode the data (base64).',
    })
  }
  return text
}

/** Shorter texts are mostly ASCII and looked through here: asking the encoder costs as much as a hundred of their characters. */
const shortLength = 64

/** How many bytes a text takes in UTF-8. */
export function utf8Bytes(text: string): number {
  if (text.length <= shortLength && isAscii(text)) return text.length
  if (text.length * 3 <= scratch.length) return encoder.encodeInto(text, scratch).written
  return encoder.encode(text).length
}

function isAscii(text: string): boolean {
  for (let place = 0; place < text.length; place++) if (text.charCodeAt(place) > 0x7f) return false
  return true
}

/** Depth of nesting, without recursion; stops counting one past `limit`. */
function depthOf(root: unknown, limit: number): number {
  if (!isNested(root)) return 0
  let level: unknown[] = [root]
  let depth = 0
  while (level.length > 0 && depth <= limit) {
    const next: unknown[] = []
    let isDeeper = false
    for (const value of level) {
      if (!isNested(value)) continue
      isDeeper = true
      for (const member of Object.values(value)) if (isNested(member)) next.push(member)
    }
    if (isDeeper) depth++
    level = next
  }
  return depth
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What PostgreSQL refuses in jsonb. `JSON.stringify` writes both as escapes, so texts without them need no search. */
function containsUnstorableText(root: unknown): boolean {
  const isUnstorable = (text: string) => text.includes('\0') || !text.isWellFormed()
  const stack: unknown[] = [root]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value === 'string' && isUnstorable(value)) return true
    if (typeof value !== 'object' || value === null) continue
    for (const [key, member] of Object.entries(value as Record<string, Json>)) {
      if (isUnstorable(key)) return true
      stack.push(member)
    }
  }
  return false
}
