/**
 * A text of a module's making, made fit to be stored: at most `maxLength` UTF-16 units, without NUL and without half of a
 * surrogate pair (PostgreSQL takes neither), each replaced by U+FFFD.
 */
export function toStorableText(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replaceAll('\0', '\uFFFD').toWellFormed()
}
