// Generates the Prisma client from prisma/schema into server/persistence/generated, unless that is already up to date.
// Plain JavaScript for Node >= 20: it runs before anything is built.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const root = path.resolve(import.meta.dirname, '../..')
const schemaDir = path.join(root, 'prisma/schema')
const prismaDir = path.join(root, 'node_modules/prisma')
const outputDir = path.join(root, 'server/persistence/generated')
const stampFile = path.join(outputDir, '.generated-from')

/** Brings the generated client up to date. Returns whether there was anything to do; throws with what Prisma printed. */
export function generateClient() {
  const wanted = fingerprint()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return false
  rmSync(outputDir, { recursive: true, force: true })
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(prismaDir, 'build/index.js'), 'generate', '--schema', schemaDir],
    {
      cwd: root,
      encoding: 'utf8',
      // Generating needs no schema engine, but Prisma would download one unless a file is named.
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    },
  )
  if (status !== 0) throw new Error(`prisma generate failed:\n${stdout ?? ''}${stderr ?? ''}`)
  mkdirSync(outputDir, { recursive: true })
  const draft = `${stampFile}.${process.pid}`
  writeFileSync(draft, wanted)
  renameSync(draft, stampFile)
  return true
}

/** A hash of all that decides what is generated: the schema files and the version of Prisma. */
function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(path.join(prismaDir, 'package.json')))
  for (const name of readdirSync(schemaDir).sort()) {
    hash.update(`\0${name}\0`).update(readFileSync(path.join(schemaDir, name)))
  }
  return hash.digest('hex')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(generateClient() ? 'Prisma client generated.' : 'Prisma client is up to date.')
}
