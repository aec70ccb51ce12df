import type { Values } from './setting.ts'

/** What was typed, as the URL has it: of a single field its text, of many those that were changed. */
export function readTyped(text: string, hasManyFields: boolean): Values {
  if (!hasManyFields) return text === '' ? {} : { value: text }
  return Object.fromEntries(new URLSearchParams(text))
}

export function writeTyped(typed: Values, hasManyFields: boolean): string {
  return hasManyFields ? new URLSearchParams(typed).toString() : (typed['value'] ?? '')
}
