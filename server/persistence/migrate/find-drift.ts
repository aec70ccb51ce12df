import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import { SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'

/** Where the project keeps its Prisma schema. */
const schemaDirectory = path.resolve(import.meta.dirname, '../../../prisma/schema')

/**
 * Tables that exist in the database on purpose and not in the Prisma schema. Not needed here, because Prisma neither
 * reads nor reports them: partitions, partial and expression indexes, check constraints, functions, triggers, storage
 * parameters, collations, and `_prisma_migrations`. So drift in those is not found either.
 */
const tablesOutsideSchema: string[] = []

/** PostgreSQL's one-byte type "char" and text, by their fixed ids in `pg_type`. */
const charTypeId = 18
const textTypeId = 25
/** The columns of the engine's catalogue queries that are of that type. */
const charColumns = new Set(['constraint_type', 'confdeltype', 'confupdtype'])

/**
 * Compares a migrated database with the Prisma schema. Returns null when they agree, else what a migration would have to
 * change in the database, for people to read.
 */
export async function findDrift(url: string, directory: string = schemaDirectory): Promise<string | null> {
  const files = await readSchema(directory)
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  let engine: SchemaEngine | null = null
  try {
    reportPanics()
    const adapter = bindMigrationAwareSqlAdapterFactory(catalogueAdapter(pool))
    engine = await SchemaEngine.new({ datamodels: files.map(file => [file.path, file.content]) }, () => {}, adapter)
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: directory },
      to: { tag: 'schemaDatamodel', files },
      script: false,
      exitCode: true,
      filters: { externalTables: tablesOutsideSchema, externalEnums: [] },
    })
    return exitCode === 0 ? null : (stdout ?? 'They differ.').trim()
  } finally {
    engine?.free()
    await pool.end()
  }
}

async function readSchema(directory: string): Promise<{ path: string; content: string }[]> {
  const names = (await readdir(directory)).filter(name => name.endsWith('.prisma')).toSorted()
  return Promise.all(
    names.map(async name => ({ path: name, content: await readFile(path.join(directory, name), 'utf8') })),
  )
}

/** PrismaPg refuses columns of the type "char", in which the engine reads foreign keys; this hands them over as characters. */
function catalogueAdapter(pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  const query = pool.query.bind(pool) as unknown as (...args: unknown[]) => Promise<pg.QueryResult>
  const queryAsText = async (...args: unknown[]) => {
    const result = await query(...args)
    for (const field of result.fields) if (field.dataTypeID === charTypeId) field.dataTypeID = textTypeId
    return result
  }
  const factory = new PrismaPg(Object.assign(pool, { query: queryAsText }))
  const connect = factory.connect.bind(factory)
  return Object.assign(factory, {
    async connect() {
      const adapter = await connect()
      const queryRaw = adapter.queryRaw.bind(adapter)
      adapter.queryRaw = async statement => {
        const result = await queryRaw(statement)
        const columnTypes = result.columnTypes.map((type, index) =>
          charColumns.has(result.columnNames[index] ?? '') ? ColumnTypeEnum.Character : type,
        )
        return { ...result, columnTypes }
      }
      return adapter
    },
  })
}

/** The engine hands the text of a panic to this global before it dies with nothing but "unreachable". */
function reportPanics(): void {
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        throw new Error(`Prisma's schema engine failed: ${message}`)
      },
    },
  })
}
