import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { callOf, noSignal, startDriver, testSecret } from './testing/test-driver.ts'

const projectFolder = new URL('../../../', import.meta.url)

/** Runs the module that the documentation shows, in a process of its own. */
async function startDocumentedModule(): Promise<{ endpoint: string } & Disposable> {
  const text = await readFile(new URL('docs/module-protocol.md', projectFolder), 'utf8')
  const [, code = ''] = /```js\n(.*?)```/s.exec(text) ?? []
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: projectFolder,
    env: { ...process.env, MODULE_SECRET: testSecret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { endpoint: `http://127.0.0.1:${await portOf(child)}`, [Symbol.dispose]: () => void child.kill() }
}

async function portOf(child: ChildProcess): Promise<string> {
  const [line] = await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')])
  const [port] = /\d+/.exec(String(line)) ?? []
  if (port === undefined) throw new Error(`The documented module did not start: ${line}`)
  return port
}

it('the module shown in the documentation works as it stands', async () => {
  using module = await startDocumentedModule()
  await using driver = startDriver()
  const call = callOf(module.endpoint, { payload: { text: 'three short words' } })

  expect(await driver.checkHealth(call.instance, noSignal())).toMatchObject({ status: 'healthy', load: 0 })
  expect(await driver.call(call, noSignal())).toEqual({ kind: 'succeeded', result: { words: 3 } })
  expect(await driver.call({ ...call, payload: {} }, noSignal())).toMatchObject({ code: 'NO_TEXT', retryable: false })
  const forged = { ...call.module, secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` }
  expect(await driver.call({ ...call, module: forged }, noSignal())).toMatchObject({ code: 'BAD_SIGNATURE' })
})
