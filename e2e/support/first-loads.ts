import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'

const built = path.resolve(import.meta.dirname, '../../.next')
const manifestName = 'page_client-reference-manifest.js'

/** What a browser loads before a page works: its scripts and style sheets, as they cross the wire. */
export interface FirstLoad {
  route: string
  gzipBytes: number
  /** Heaviest first. */
  files: { name: string; gzipBytes: number }[]
}

interface ClientManifest {
  entryJSFiles: Record<string, string[]>
  entryCSSFiles: Record<string, { path: string }[]>
}

/**
 * The first load of every built page, heaviest first, by what Next wrote down when it built them. Without the polyfills, which
 * browsers that know modules do not load.
 */
export function readFirstLoads(): FirstLoad[] {
  const { rootMainFiles } = JSON.parse(readFileSync(path.join(built, 'build-manifest.json'), 'utf8')) as {
    rootMainFiles: string[]
  }
  const app = path.join(built, 'server/app')
  const weights = new Map<string, number>()
  const weigh = (name: string) => {
    const known = weights.get(name) ?? gzipSync(readFileSync(path.join(built, name))).length
    weights.set(name, known)
    return known
  }
  return readdirSync(app, { recursive: true, encoding: 'utf8' })
    .filter(file => path.basename(file) === manifestName)
    .map(file => {
      const { entryJSFiles, entryCSSFiles } = readManifest(path.join(app, file))
      const scripts = Object.values(entryJSFiles).flat()
      const styles = Object.values(entryCSSFiles).flatMap(sheets => sheets.map(sheet => sheet.path))
      const files = [...new Set([...rootMainFiles, ...scripts, ...styles])]
        .map(name => ({ name, gzipBytes: weigh(name) }))
        .sort((a, b) => b.gzipBytes - a.gzipBytes)
      return {
        route: routeOf(path.dirname(file)),
        gzipBytes: files.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0),
        files,
      }
    })
    .sort((a, b) => b.gzipBytes - a.gzipBytes)
}

/** The manifest is a script that leaves its data in a global. */
function readManifest(file: string): ClientManifest {
  const world: { __RSC_MANIFEST?: Record<string, ClientManifest> } = {}
  runInNewContext(readFileSync(file, 'utf8'), { globalThis: world })
  const [manifest] = Object.values(world.__RSC_MANIFEST ?? {})
  if (!manifest) throw new Error(`${file} holds no manifest`)
  return manifest
}

function routeOf(folder: string): string {
  return `/${folder
    .split(path.sep)
    .filter(part => !part.startsWith('(') && part !== '.')
    .join('/')}`
}
