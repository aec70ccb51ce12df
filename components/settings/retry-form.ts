import { z } from 'zod'
import { taskTypeSchema } from '#server/contracts/common.ts'
import { retryClasses } from '#server/contracts/modules.ts'
import { type TypeRetryPolicy, typeRetryPolicySchema } from '#server/contracts/tasks.ts'

/** What the fields of the form hold; figures as they are typed. */
export interface RetryFormValues {
  type: string
  backoff: TypeRetryPolicy['backoff']
  maxAttempts: string
  baseMs: string
  factor: string
  capMs: string
  retryOn: string
  /** Empty for the limit of the server. */
  totalTimeoutMs: string
}

/** A task type with how its tasks are tried again. */
export const typeRetrySchema = z.strictObject({ type: taskTypeSchema, policy: typeRetryPolicySchema })
export type TypeRetry = z.output<typeof typeRetrySchema>

/** The policy that a type begins with: as modules have it by default. */
export const firstValues: RetryFormValues = {
  type: '',
  backoff: 'exponential',
  maxAttempts: '4',
  baseMs: '1000',
  factor: '2',
  capMs: '30000',
  retryOn: retryClasses.join(', '),
  totalTimeoutMs: '',
}

/** The fields as they stand for a policy that exists. */
export function valuesOf(type: string, policy: TypeRetryPolicy): RetryFormValues {
  const { backoff, maxAttempts, baseMs, factor, capMs, retryOn, totalTimeoutMs } = policy
  return {
    type,
    backoff,
    maxAttempts: String(maxAttempts),
    baseMs: String(baseMs),
    factor: String(factor),
    capMs: String(capMs),
    retryOn: retryOn.join(', '),
    totalTimeoutMs: totalTimeoutMs === undefined ? '' : String(totalTimeoutMs),
  }
}

/** What the server is asked to keep. */
export function toTypeRetry(values: RetryFormValues) {
  const figure = (text: string) => (text.trim() === '' ? undefined : Number(text))
  const totalTimeoutMs = figure(values.totalTimeoutMs)
  return {
    type: values.type.trim(),
    policy: {
      backoff: values.backoff,
      maxAttempts: figure(values.maxAttempts),
      baseMs: figure(values.baseMs),
      factor: figure(values.factor),
      capMs: figure(values.capMs),
      retryOn: values.retryOn.split(/[\s,]+/).filter(name => name !== ''),
      ...(totalTimeoutMs !== undefined && { totalTimeoutMs }),
    },
  }
}

/** The field that shows a problem of the input. */
export function fieldOf(path: string): string {
  return path.replace(/^policy\./, '').replace(/\[\d+\]$/, '')
}
