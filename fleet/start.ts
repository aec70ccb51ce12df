import { fstatSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { readConfig } from './operations/fleet-config.ts'

let lastLine = ''

/** One line per change: what was said last is not said again. */
function say(line: string): void {
  if (line !== lastLine) process.stdout.write(`${line}\n`)
  lastLine = line
}

/** Calls back when whoever started this process is gone: its IPC channel has closed, or the pipe that is our input has ended. */
function whenParentIsGone(callback: () => void): void {
  if (process.channel) return void process.once('disconnect', callback)
  const input = fstatSync(0)
  if (input.isFIFO() || input.isSocket()) process.stdin.once('end', callback).once('error', callback).resume()
}

try {
  const config = readConfig(process.env)
  enableCompileCache(config.moduleEnvironment['NODE_COMPILE_CACHE'])
  const { startFleet } = await import('./operations/fleet.ts')
  const fleet = await startFleet(config, say)
  say(`fleet: all modules listen; steered at ${fleet.controlUrl}`)
  const end = () => void fleet.stop().then(() => process.exit(0))
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  whenParentIsGone(end)
} catch (error) {
  process.stderr.write(`fleet: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
