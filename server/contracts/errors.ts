/**
 * Every stable error code that leaves Quarterdeck, with the HTTP status it is answered with.
 * Programs may rely on the codes; the messages are for people and may change.
 */
export const errorCodes = {
  // what was sent is wrong
  INVALID_INPUT: 400,
  UNKNOWN_FIELD: 400,
  PAYLOAD_TOO_LARGE: 413,
  PAYLOAD_TOO_DEEP: 400,
  PAYLOAD_NOT_STORABLE: 400,
  PAYLOAD_SCHEMA_MISMATCH: 400,
  INVALID_SCHEMA: 400,
  SCHEMA_CONFLICT: 409,
  INVALID_ENDPOINT: 400,
  ADDRESS_NOT_ALLOWED: 400,
  DEPENDENCY_UNKNOWN: 400,
  DEPENDENCY_CYCLE: 400,
  DEADLINE_IN_PAST: 400,
  // what it refers to
  TASK_NOT_FOUND: 404,
  TASK_TYPE_UNKNOWN: 400,
  MODULE_NOT_FOUND: 404,
  MODULE_CANNOT_RUN_TYPE: 400,
  INSTANCE_NOT_FOUND: 404,
  BREAKER_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  PERSON_NOT_FOUND: 404,
  KEY_NOT_FOUND: 404,
  PROCEDURE_NOT_FOUND: 404,
  CALLBACK_NOT_FOUND: 404,
  DEAD_LETTER_NOT_FOUND: 404,
  DEAD_LETTER_JOB_NOT_FOUND: 404,
  // what is in the way
  MODULE_EXISTS: 409,
  MODULE_REQUIRED: 409,
  MODULE_NEEDS_DISABLED: 409,
  MODULE_DISABLED: 409,
  MODULE_ENABLED: 409,
  DEPENDENCY_UNHEALTHY: 409,
  VERSION_CONFLICT: 409,
  IDEMPOTENCY_CONFLICT: 409,
  TASK_ALREADY_ENDED: 409,
  TASK_NOT_ENDED: 409,
  DEAD_LETTER_NOT_OPEN: 409,
  NO_DEAD_LETTERS: 409,
  DEAD_LETTER_JOB_ENDED: 409,
  DEAD_LETTER_JOB_NOT_DECIDING: 409,
  PERSON_EXISTS: 409,
  LAST_ADMIN: 409,
  // who asks
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  // what we cannot do now
  QUEUE_FULL: 503,
  TASK_TYPE_FULL: 503,
  NO_ROUTE: 503,
  DATABASE_UNAVAILABLE: 503,
  CONFIG_INVALID: 503,
  PORT_IN_USE: 503,
  REPLICA_IN_USE: 503,
  DATABASE_START_FAILED: 503,
  DATABASE_TOO_OLD: 503,
  DATA_DIR_NOT_WRITABLE: 503,
  MIGRATION_CHANGED: 503,
  MIGRATION_UNKNOWN: 503,
  MIGRATION_FAILED: 503,
  MIGRATION_LOCKED: 503,
  SHUTTING_DOWN: 503,
  INTERNAL: 500,
} as const

export type ErrorCode = keyof typeof errorCodes

/** The shape of `error.data` on every failed call, over HTTP and WebSocket alike. */
export interface ErrorData {
  code: string
  httpStatus: number
  appCode: ErrorCode
  /** What the caller can do about it, one sentence. */
  action: string
  details: Record<string, unknown> | null
}
