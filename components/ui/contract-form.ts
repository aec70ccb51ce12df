import {
  type FieldErrors,
  type FieldPath,
  type FieldValues,
  type Resolver,
  set,
  type UseFormSetError,
} from 'react-hook-form'
import type { z } from 'zod'
import { describeInputProblem, type FieldProblem } from '#server/contracts/input-problem.ts'
import { describeError } from './describe-error.ts'

/** What could not even be turned into an input: a field of the form and what is wrong with it. */
export class FieldRefusal extends Error {
  readonly path: string

  constructor(path: string, problem: string) {
    super(problem)
    this.path = path
  }
}

/** `instances[0].endpoint` as react-hook-form names it: `instances.0.endpoint`. */
export function toFieldPath(path: string): string {
  return path.replaceAll(/\[(\d+)\]/g, '.$1')
}

function toFieldErrors<Values extends FieldValues>(problems: readonly FieldProblem[]): FieldErrors<Values> {
  const errors = {}
  for (const { path, problem } of problems.toReversed()) {
    set(errors, path === '' ? 'root.input' : toFieldPath(path), { type: 'contract', message: problem })
  }
  return errors
}

/**
 * Checks a form with the schema that the server checks with. `toInput` makes the input of what the fields hold; it may throw
 * a `FieldRefusal`. `fieldOf` says which field shows a problem of the input when the two are named differently.
 */
export function contractResolver<Values extends FieldValues, Input>(
  schema: z.ZodType<Input>,
  toInput: (values: Values) => unknown,
  fieldOf: (path: string) => string = path => path,
): Resolver<Values, unknown, Input & FieldValues> {
  return values => {
    try {
      const read = schema.safeParse(toInput(values))
      if (read.success) return { values: read.data as Input & FieldValues, errors: {} }
      const { problems } = describeInputProblem(read.error)
      return { values: {}, errors: toFieldErrors(problems.map(each => ({ ...each, path: fieldOf(each.path) }))) }
    } catch (error) {
      if (!(error instanceof FieldRefusal)) throw error
      return { values: {}, errors: toFieldErrors([{ path: error.path, problem: error.message }]) }
    }
  }
}

/**
 * Puts a refusal of the server beside the fields it is about. `fieldsOf` names the fields for codes of its own; problems of
 * the input are placed by their path. Returns false when no field is to blame: then the form shows it as a whole.
 */
export function showOnFields<Values extends FieldValues>(
  error: unknown,
  setError: UseFormSetError<Values>,
  fieldsOf: (code: string, details: Record<string, unknown>) => readonly string[] = () => [],
  fieldOf: (path: string) => string = path => path,
): boolean {
  const { code, details, message } = describeError(error)
  if (code === null) return false
  const problems = readProblems(details)
    .filter(({ path }) => path !== '')
    .map(each => ({ ...each, path: fieldOf(each.path) }))
  const placed =
    problems.length > 0 ? problems : fieldsOf(code, details ?? {}).map(path => ({ path, problem: message }))
  for (const [index, { path, problem }] of placed.entries()) {
    setError(toFieldPath(path) as FieldPath<Values>, { type: 'server', message: problem }, { shouldFocus: index === 0 })
  }
  return placed.length > 0
}

function readProblems(details: Record<string, unknown> | null): FieldProblem[] {
  const problems = details?.['problems']
  return Array.isArray(problems) ? (problems as FieldProblem[]) : []
}
