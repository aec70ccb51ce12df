import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { programPath } from './binaries.ts'
import type { Placement } from './placement.ts'
import { identityOf } from './server-account.ts'

const run = promisify(execFile)

/** The environment of PostgreSQL's programs: none of our secrets, none of the caller's PG variables, messages in English. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV, PATH, SystemRoot, TEMP, TMP } = process.env
  return { NODE_ENV, PATH, SystemRoot, TEMP, TMP, LC_ALL: 'C' }
}

/** A working folder that the server's account can enter, unlike perhaps our own. */
export function serverWorkingFolder(): string {
  return process.platform === 'win32' ? process.cwd() : '/'
}

/** Runs one of PostgreSQL's programs to its end as the server's account. Rejects, with `stderr`, unless it exits with 0. */
export async function runProgram(
  place: Placement,
  program: 'initdb' | 'pg_ctl',
  args: readonly string[],
): Promise<void> {
  await run(programPath(place.binariesHome, program), [...args], {
    ...identityOf(place.account),
    cwd: serverWorkingFolder(),
    env: serverEnvironment(),
  })
}

/** What a program that failed printed, or the error's own message. */
export function outputOf(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
  return output || (error instanceof Error ? error.message : String(error))
}
