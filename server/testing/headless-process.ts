import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { type Client, createClient } from './client.ts'
import { testKey } from './running-quarterdeck.ts'

/** A server without pages in a process of its own, so that it can be killed. */
export interface HeadlessProcess extends AsyncDisposable {
  child: ChildProcess
  client: Client
  /** Kills it as a power cut would, and resolves when it is gone. */
  kill(): Promise<void>
}

/** Starts one and resolves when it answers. */
export async function startHeadlessProcess(environment: NodeJS.ProcessEnv): Promise<HeadlessProcess> {
  const program = path.join(import.meta.dirname, 'headless-server.ts')
  const child = spawn(process.execPath, [program], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { url } = JSON.parse(line) as { url: string }
  return { child, client: createClient(url, testKey), kill, [Symbol.asyncDispose]: kill }
}
