/** What a text field that should hold JSON holds. */
export type JsonText =
  | { kind: 'empty' }
  | { kind: 'value'; value: unknown }
  /** `line` counts from 1; null when the parser does not say where. */
  | { kind: 'broken'; problem: string; line: number | null }

/** Reads JSON that a person typed; what is wrong is said with the line it is on. */
export function readJsonText(text: string): JsonText {
  if (text.trim() === '') return { kind: 'empty' }
  try {
    return { kind: 'value', value: JSON.parse(text) as unknown }
  } catch (error) {
    const line = error instanceof SyntaxError ? lineOf(error.message, text) : null
    return {
      kind: 'broken',
      problem: line === null ? 'is not valid JSON' : `is not valid JSON: look at line ${line}`,
      line,
    }
  }
}

function lineOf(message: string, text: string): number | null {
  const line = /line (\d+)/.exec(message)?.[1]
  if (line !== undefined) return Number(line)
  const position = /position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return text.slice(0, Number(position)).split('\n').length
  return /end of/i.test(message) ? text.trimEnd().split('\n').length : null
}

/** The value indented as people write it. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? ''
}
