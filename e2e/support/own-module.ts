import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { registerModuleInput } from '#server/contracts/modules.ts'
import type { Client } from '#server/testing/client.ts'
import { type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'

type Registration = z.input<typeof registerModuleInput>

/** A registered module that is a real HTTP service in the test's own process and does what the test says. */
export interface OwnModule extends AsyncDisposable {
  id: string
  name: string
  /** The only task type it can run; nobody else can. */
  type: string
  /** What it answers, and the calls it got. */
  service: ScriptedModule
}

/** The module works. */
export const works = (): { status: number; body: unknown } => ({ status: 200, body: { done: true } })

/** The module answers with an error of its own. */
export const fails = (): { status: number; body: unknown } => ({
  status: 500,
  body: { error: { code: 'ENGINE_ON_FIRE', message: 'The engine is on fire.', retryable: true } },
})

/** Starts and registers one that works; at the end of its scope it is removed and stopped. */
export async function registerOwnModule(
  client: Client,
  name: string,
  settings: Pick<Registration, 'breaker' | 'retry'> = {},
): Promise<OwnModule> {
  await using building = new AsyncDisposableStack()
  const service = building.use(await startScriptedModule(works))
  const mark = randomBytes(4).toString('hex')
  const id = `${name.toLowerCase().replaceAll(' ', '-')}-${mark}`
  const type = `e2e.${id}`
  await client.mutate('modules.register', {
    ...settings,
    id,
    name,
    category: 'browser tests',
    version: '1.0.0',
    instances: [{ endpoint: service.endpoint }],
    capabilities: [{ type }],
  } satisfies Registration)
  building.defer(async () => {
    await client.mutate('modules.disable', { id, reason: 'the test is over' }).catch(() => null)
    await client.mutate('modules.remove', { id, reason: 'the test is over' })
  })
  const cleanup = building.move()
  return { id, name, type, service, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
}
