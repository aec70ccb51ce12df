import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** What is wrong with one field of an input. `path` reads like code: `instances[0].endpoint`; empty for the input itself. */
export interface FieldProblem {
  path: string
  problem: string
}

/** What is wrong with an input: a stable code, one sentence about the first problem, and every problem found (at most 20). */
export interface InputProblem {
  code: 'INVALID_INPUT' | 'UNKNOWN_FIELD'
  message: string
  problems: FieldProblem[]
}

/**
 * Says in plain words why zod refused an input. UNKNOWN_FIELD when the only thing wrong is a field that does not exist.
 * Never repeats the value that was sent.
 */
export function describeInputProblem(error: { issues: readonly Issue[] }): InputProblem {
  const problems = error.issues.flatMap(issue => problemsOf(issue)).slice(0, 20)
  const first = problems[0] ?? { path: '', problem: 'is not valid' }
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return {
    code: error.issues.every(issue => issue.code === 'unrecognized_keys') ? 'UNKNOWN_FIELD' : 'INVALID_INPUT',
    message: `${first.path === '' ? 'The input' : first.path} ${first.problem}${more}.`,
    problems,
  }
}

function problemsOf(issue: Issue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      path: pathOf([...issue.path, key.slice(0, 60)]),
      problem: 'is not a field that exists here',
    }))
  }
  return [{ path: pathOf(issue.path), problem: describe(issue) }]
}

function pathOf(segments: readonly PropertyKey[]): string {
  return segments
    .map((segment, index) =>
      typeof segment === 'number' ? `[${segment}]` : index === 0 ? String(segment) : `.${String(segment)}`,
    )
    .join('')
}

function describe(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is missing'
        : `must be ${typeNames[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `must ${boundOf(issue.origin)} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`
    case 'too_big':
      return `must ${boundOf(issue.origin)} ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`
    case 'invalid_format':
      return formatNames[issue.format] ?? (issue.message.startsWith('Invalid') ? 'has the wrong form' : issue.message)
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_union':
      return (
        [...new Set(issue.errors.flatMap(branch => branch.slice(0, 1).map(describe)))].join(', or ') || 'is not valid'
      )
    case 'invalid_key':
      return `has a key that ${issue.issues[0] ? describe(issue.issues[0]) : 'is not valid'}`
    case 'invalid_element':
      return `has an entry that ${issue.issues[0] ? describe(issue.issues[0]) : 'is not valid'}`
    case 'unrecognized_keys':
      return 'has a field that does not exist here'
    case 'custom':
      return issue.message
  }
}

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

const formatNames: Record<string, string> = {
  datetime: 'must be a time in ISO 8601 with zone, such as 2026-01-31T12:00:00Z',
  url: 'must be an http or https URL',
  uuid: 'must be a UUID',
  email: 'must be an e-mail address',
}

function boundOf(origin: string): string {
  return origin === 'string' || origin === 'array' || origin === 'set' || origin === 'record' ? 'have' : 'be'
}

function unitOf(origin: string, count: number | bigint): string {
  const isOne = Number(count) === 1
  if (origin === 'string') return isOne ? ' character' : ' characters'
  return origin === 'array' || origin === 'set' || origin === 'record' ? (isOne ? ' entry' : ' entries') : ''
}
