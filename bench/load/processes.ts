import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A program of the bench in a process of its own, which said where it listens. */
export interface StartedProcess {
  url: string
  child: ChildProcess
  /** Resident memory in MB now. */
  residentMb(): number
  /** CPU time used so far, in ms, user and system. */
  cpuMs(): number
  stop(): Promise<void>
}

/** Clock ticks per second in /proc (sysconf CLK_TCK), 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

const root = path.resolve(import.meta.dirname, '../..')

/** Starts a TypeScript program that prints `{"url": ...}` as a line; others, such as Next's on a slow start, are passed over. */
export async function startProcess(program: string, environment: Record<string, string> = {}): Promise<StartedProcess> {
  // With the flag that `npm start` gives.
  const child = spawn(process.execPath, ['--v8-pool-size=0', path.join(root, program)], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error(`${program} has no output`)
  const line = await Promise.race([
    readAddress(child.stdout),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${program} ended with ${String(code)}`))),
  ])
  return {
    url: (JSON.parse(line) as { url: string }).url,
    child,
    residentMb() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    },
    cpuMs() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

function readAddress(output: Readable): Promise<string> {
  return new Promise(resolve => {
    createInterface({ input: output }).on('line', line => line.startsWith('{') && resolve(line))
  })
}
