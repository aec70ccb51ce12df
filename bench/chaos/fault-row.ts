import type { TemplateDatabase } from '../../server/testing/template-database.ts'
import type { Stage } from './stage.ts'

/** One row of the table of faults. */
export interface FaultRow {
  /** Its number in the table. */
  row: number
  fault: string
  /** What is done, at the short or the full duration. */
  how: (isFull: boolean) => string
  mustHold: string
  /** Does it, and answers what was found. The invariants are checked after it, on everything that stands. */
  run: (stage: Stage) => Promise<Findings>
  /** Opens another stage than the usual one. */
  open?: (template: TemplateDatabase, options: { seed: number; isFull: boolean }) => Promise<Stage>
  /** Tried on the core alone, without servers: there are no tables to check afterwards. */
  isCoreOnly?: true
}

export interface Findings {
  /** The figure of the row, in words. */
  figure: string
  /** The same as numbers, units last in their names. */
  measured: Record<string, number | null>
  /** What did not hold, in words; empty when all did. */
  violations: string[]
}

/** Collects what did not hold. */
export function violationsOf(checks: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(checks).flatMap(([text, holds]) => (holds ? [] : [text]))
}

export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0)
}
