import { mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { loadInstallationKey } from './installation-key.ts'

const makeFolder = () => mkdtempDisposable(path.join(tmpdir(), 'quarterdeck-key-'))

test('the key is made once, for its owner alone, and processes that start together share it', async () => {
  await using folder = await makeFolder()
  const dataDir = path.join(folder.path, 'data')
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadInstallationKey({ dataDir, secretKey: null })))
  const later = await loadInstallationKey({ dataDir, secretKey: null })
  expect(new Set([...keys, later].map(key => key.derive('sessions').toString('hex'))).size).toBe(1)
  expect((await stat(path.join(dataDir, 'secret.key'))).mode & 0o777).toBe(0o600)
  expect(await readdir(dataDir)).toEqual(['secret.key'])
})

test('each use has a key of its own, and no use reveals the key itself', async () => {
  await using folder = await makeFolder()
  const key = await loadInstallationKey({ dataDir: folder.path, secretKey: null })
  const stored = (await readFile(path.join(folder.path, 'secret.key'), 'utf8')).trim()
  const derived = ['sessions', 'secrets', 'cookie-name'].map(purpose => key.derive(purpose).toString('hex'))
  expect(new Set([...derived, stored]).size).toBe(4)
  expect(key.derive('sessions')).toHaveLength(32)
})

test('a configured key is taken and no file is made', async () => {
  await using folder = await makeFolder()
  const secretKey = Buffer.alloc(32, 7)
  const first = await loadInstallationKey({ dataDir: folder.path, secretKey })
  const second = await loadInstallationKey({ dataDir: path.join(folder.path, 'other'), secretKey })
  expect(first.derive('x')).toEqual(second.derive('x'))
  expect(await readdir(folder.path)).toEqual([])
})

test('a damaged key file is never replaced', async () => {
  await using folder = await makeFolder()
  await writeFile(path.join(folder.path, 'secret.key'), 'half a k')
  await expect(loadInstallationKey({ dataDir: folder.path, secretKey: null })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  })
  expect(await readFile(path.join(folder.path, 'secret.key'), 'utf8')).toBe('half a k')
})
