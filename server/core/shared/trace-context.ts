/** A W3C traceparent header of version 00 with ids that are not all zero. */
const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/

/** Whether a text is a trace context that can be carried on. */
export function isTraceparent(text: string): boolean {
  return pattern.test(text)
}

/** The trace that a task belongs to: its submitter's, else one of its own, named by its id (a UUID has the 16 bytes). */
export function traceIdOf(task: { id: string; traceparent: string | null }): string {
  return (task.traceparent && pattern.exec(task.traceparent)?.[1]) || task.id.replaceAll('-', '')
}

/** The trace context of one call: a child span of the task's trace, with the sampling decision of its submitter. */
export function childTraceparent(task: { id: string; traceparent: string | null }, spanId: string): string {
  const flags = task.traceparent === null ? '01' : (pattern.exec(task.traceparent)?.[2] ?? '01')
  return `00-${traceIdOf(task)}-${spanId}-${flags}`
}
