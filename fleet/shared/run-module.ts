import { peers } from './peers.ts'
import { ModuleServer, type ServedModule } from './serve-module.ts'

/** Longest wait for calls under way when the process is asked to end. */
const graceMs = 2_000

/** Exit code that says: the port asked for is taken. */
export const portTakenExitCode = 98

/** What an instance tells the process that started it. */
export interface ListeningMessage {
  kind: 'listening'
  port: number
}

/**
 * Runs one instance of a module as this process: on the port in `PORT`, or a free one. Ends on SIGTERM and SIGINT, and when
 * the process that started it is gone.
 */
export async function runModule(served: ServedModule): Promise<void> {
  const server = new ModuleServer(served)
  const port = await listen(server, Number(process.env['PORT'] ?? 0))
  const end = () => void server.close(graceMs).then(() => process.exit(0))
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  if (!process.send) {
    process.stdout.write(`${served.module.declaration.id} listens on http://127.0.0.1:${port}\n`)
    return
  }
  process.once('disconnect', end)
  process.on('message', message => peers.take(message))
  process.send({ kind: 'listening', port } satisfies ListeningMessage)
}

async function listen(server: ModuleServer, port: number): Promise<number> {
  try {
    return await server.listen(port)
  } catch (error) {
    process.stderr.write(`cannot listen on port ${port}: ${(error as Error).message}\n`)
    process.exit(portTakenExitCode)
  }
}
