import { createHash } from 'node:crypto'
import { type Failure, fingerprintOf } from '#server/core/dead-letters/fingerprint.ts'

/** The fingerprint as it is stored with a letter. */
export function letterFingerprint(failure: Failure): string {
  return fingerprintOf(text => createHash('sha256').update(text).digest('hex'), failure)
}

/**
 * SQL for the same fingerprint, where the type is only known to the database: `type` and `code` are expressions, `message` one
 * that gives an already normalized message. The contract suite of the task store proves that the two agree.
 */
export function fingerprintSql({ type, code, message }: { type: string; code: string; message: string }): string {
  return `left(encode(sha256(convert_to(${type} || E'\\n' || ${code} || E'\\n' || ${message}, 'UTF8')), 'hex'), 16)`
}
