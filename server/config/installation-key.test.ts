import { mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type KeptKey, type KeyVault, loadInstallationKey } from './installation-key.ts'

/** The part of a database that replicas agree on their key by. */
class MemoryVault implements KeyVault {
  kept: KeptKey | null = null
  passphrase = 'the password of the connection'

  async read(): Promise<KeptKey | null> {
    return this.kept
  }

  async offer(kept: KeptKey): Promise<void> {
    this.kept ??= kept
  }

  async reseal(kept: KeptKey): Promise<void> {
    if (this.kept?.fingerprint === kept.fingerprint) this.kept = kept
  }
}

const makeFolder = () => mkdtempDisposable(path.join(tmpdir(), 'quarterdeck-key-'))

test('the key is made once, for its owner alone, and processes that start together share it', async () => {
  await using folder = await makeFolder()
  const dataDir = path.join(folder.path, 'data')
  const vault = new MemoryVault()
  const load = () => loadInstallationKey({ dataDir, secretKey: null }, vault)
  const keys = await Promise.all(Array.from({ length: 20 }, load))
  const later = await load()
  expect(new Set([...keys, later].map(key => key.derive('sessions').toString('hex'))).size).toBe(1)
  expect((await stat(path.join(dataDir, 'secret.key'))).mode & 0o777).toBe(0o600)
  expect(await readdir(dataDir)).toEqual(['secret.key'])
})

test('each use has a key of its own, and no use reveals the key itself', async () => {
  await using folder = await makeFolder()
  const key = await loadInstallationKey({ dataDir: folder.path, secretKey: null }, new MemoryVault())
  const stored = (await readFile(path.join(folder.path, 'secret.key'), 'utf8')).trim()
  const derived = ['sessions', 'secrets', 'cookie-name'].map(purpose => key.derive(purpose).toString('hex'))
  expect(new Set([...derived, stored]).size).toBe(4)
  expect(key.derive('sessions')).toHaveLength(32)
})

test('a configured key is taken and no file is made', async () => {
  await using folder = await makeFolder()
  const secretKey = Buffer.alloc(32, 7)
  const vault = new MemoryVault()
  const first = await loadInstallationKey({ dataDir: folder.path, secretKey }, vault)
  const second = await loadInstallationKey({ dataDir: path.join(folder.path, 'other'), secretKey }, vault)
  expect(vault.kept?.sealed).toBeNull()
  expect(first.derive('x')).toEqual(second.derive('x'))
  expect(await readdir(folder.path)).toEqual([])
})

test('a damaged key file is never replaced', async () => {
  await using folder = await makeFolder()
  await writeFile(path.join(folder.path, 'secret.key'), 'half a k')
  await expect(loadInstallationKey({ dataDir: folder.path, secretKey: null }, new MemoryVault())).rejects.toMatchObject(
    {
      code: 'CONFIG_INVALID',
    },
  )
  expect(await readFile(path.join(folder.path, 'secret.key'), 'utf8')).toBe('half a k')
})

describe('replicas that share nothing but a database', () => {
  const load = (dataDir: string, vault: KeyVault, secretKey: Buffer | null = null) =>
    loadInstallationKey({ dataDir, secretKey }, vault).then(key => key.derive('sessions').toString('hex'))

  test('have the same key, also when they start at once, and each keeps it', async () => {
    await using folder = await makeFolder()
    const vault = new MemoryVault()
    const folders = Array.from({ length: 6 }, (_, index) => path.join(folder.path, String(index)))
    const keys = await Promise.all(folders.map(dataDir => load(dataDir, vault)))
    expect(new Set(keys).size).toBe(1)
    const files = await Promise.all(folders.map(dataDir => readFile(path.join(dataDir, 'secret.key'), 'utf8')))
    expect(new Set(files).size).toBe(1)
    expect(vault.kept?.sealed).not.toContain(files[0]?.trim())
  })

  test('refuse to start with another key than the one of the database, be it configured or in a file', async () => {
    await using folder = await makeFolder()
    const vault = new MemoryVault()
    await load(path.join(folder.path, 'first'), vault)
    await expect(load(folder.path, vault, Buffer.alloc(32, 1))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('QUARTERDECK_SECRET_KEY'),
    })
    await writeFile(path.join(folder.path, 'secret.key'), 'ab'.repeat(32))
    await expect(load(folder.path, vault)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('secret.key'),
    })
  })

  test('say what is missing when operators give the key out themselves', async () => {
    await using folder = await makeFolder()
    const vault = new MemoryVault()
    await load(path.join(folder.path, 'first'), vault, Buffer.alloc(32, 1))
    await expect(load(path.join(folder.path, 'second'), vault)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      action: expect.stringContaining('Set QUARTERDECK_SECRET_KEY'),
    })
  })

  test('go on after the password of the database was changed, once one that has the key has started', async () => {
    await using folder = await makeFolder()
    const vault = new MemoryVault()
    const first = path.join(folder.path, 'first')
    const key = await load(first, vault)
    vault.passphrase = 'a new password'
    await expect(load(path.join(folder.path, 'second'), vault)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('password'),
    })
    expect(await load(first, vault)).toBe(key)
    expect(await load(path.join(folder.path, 'second'), vault)).toBe(key)
  })
})
