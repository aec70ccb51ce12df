import { type Json, limits } from '#server/contracts/common.ts'

export type ParsedJson = { ok: true; value: Json } | { ok: false; fault: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads UTF-8 JSON of bounded depth that PostgreSQL can store. `fault` ends a sentence about the text. */
export function parseJson(bytes: Uint8Array): ParsedJson {
  const decoded = decodeJson(bytes)
  if (!decoded.ok) return decoded
  const fault = jsonFault(decoded.value)
  return fault === null ? decoded : { ok: false, fault }
}

/** Reads UTF-8 JSON as it is, for callers that check what they take from it with `jsonFault`. */
export function decodeJson(bytes: Uint8Array): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(utf8.decode(bytes)) }
  } catch {
    return { ok: false, fault: bytes.length === 0 ? 'is empty' : 'is not valid JSON' }
  }
}

/** What keeps a JSON value from being stored, ending a sentence about it; null when nothing does. */
export function jsonFault(value: Json, depthLeft: number = limits.jsonDepth): string | null {
  if (typeof value === 'string') return textFault(value)
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'contains a number that is out of range'
  if (typeof value !== 'object' || value === null) return null
  if (depthLeft === 0) return `is nested deeper than ${limits.jsonDepth} levels`
  if (Array.isArray(value)) return firstFault(value, depthLeft)
  return Object.keys(value).map(textFault).find(isFault) ?? firstFault(Object.values(value), depthLeft)
}

function firstFault(values: Json[], depthLeft: number): string | null {
  for (const value of values) {
    const fault = jsonFault(value, depthLeft - 1)
    if (fault !== null) return fault
  }
  return null
}

function textFault(text: string): string | null {
  if (text.includes('\0')) return 'contains a NUL character'
  return text.isWellFormed() ? null : 'contains half of a surrogate pair'
}

function isFault(fault: string | null): fault is string {
  return fault !== null
}
