import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { PeersMessage } from '../shared/peers.ts'
import { type ListeningMessage, portTakenExitCode } from '../shared/run-module.ts'

/** Small heaps: a dozen of these run beside everything else. */
const nodeOptions = ['--max-old-space-size=96', '--max-semi-space-size=2']
const firstRestartMs = 200
const longestRestartMs = 10_000
/** A process that lived this long starts over with the shortest wait. */
const settledMs = 30_000
const triesAtStart = 5
const killAfterMs = 4_000

export interface InstanceOptions {
  moduleId: string
  /** Unique in the fleet, and the same at every start. */
  name: string
  /** Where it should listen; 0 for any free port. */
  port: number
  environment: NodeJS.ProcessEnv
  /** Called whenever a process of it has begun to listen. */
  onListening: (instance: InstanceProcess) => void
}

/**
 * One instance of a module as a process of its own. A process that dies is replaced on the same port; only when another
 * program has taken that port meanwhile does the instance move.
 */
export class InstanceProcess {
  readonly moduleId: string
  readonly name: string
  readonly #options: InstanceOptions
  readonly #started = Promise.withResolvers<void>()
  #port: number
  #child: ChildProcess | null = null
  #isListening = false
  #isStopped = false
  #restarts = 0
  #failures = 0
  #timesPortTaken = 0

  constructor(options: InstanceOptions) {
    this.moduleId = options.moduleId
    this.name = options.name
    this.#options = options
    this.#port = options.port
  }

  get port(): number {
    return this.#port
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  get isListening(): boolean {
    return this.#isListening
  }

  /** How often a process of it had to be replaced. */
  get restarts(): number {
    return this.#restarts
  }

  /** Resolves once it listens for the first time; rejects when several processes in a row did not get that far. */
  start(): Promise<void> {
    this.#spawn()
    return this.#started.promise
  }

  /** Ends the process and does not replace it. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const child = this.#child
    if (!child) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    await gone
    clearTimeout(timer)
  }

  send(message: PeersMessage): void {
    if (this.#child?.connected) this.#child.send(message, () => {})
  }

  #spawn(): void {
    const main = resolve(import.meta.dirname, '..', this.moduleId, 'main.ts')
    const startedMs = Date.now()
    const child = spawn(process.execPath, [...nodeOptions, main], {
      env: { ...this.#options.environment, PORT: String(this.#port) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child = child
    child.on('message', message => this.#hear(message as ListeningMessage))
    child.once('exit', code => void this.#replace(code, Date.now() - startedMs))
  }

  #hear({ kind, port }: ListeningMessage): void {
    if (kind !== 'listening') return
    this.#port = port
    this.#isListening = true
    this.#timesPortTaken = 0
    this.#started.resolve()
    this.#options.onListening(this)
  }

  async #replace(code: number | null, livedMs: number): Promise<void> {
    this.#child = null
    const hasListened = this.#isListening
    this.#isListening = false
    if (this.#isStopped) return
    this.#restarts += hasListened ? 1 : 0
    this.#failures = livedMs > settledMs ? 0 : this.#failures + 1
    if (this.#failures >= triesAtStart)
      this.#started.reject(new Error(`${this.name} does not start (exit code ${code})`))
    // Taken twice in a row is no leftover of a process that is just ending.
    if (code === portTakenExitCode) this.#timesPortTaken += 1
    if (this.#timesPortTaken >= 2) this.#port = 0
    await delay(Math.min(firstRestartMs * 2 ** (this.#failures - 1), longestRestartMs))
    if (!this.#isStopped) this.#spawn()
  }
}
