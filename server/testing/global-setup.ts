import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { generateClient } from '../persistence/generate-client.mjs'
import { startTemplateDatabase, type TemplateDatabase } from './template-database.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a test file asks for the database server of this run. */
    databaseBrokerUrl: string
  }
}

/**
 * Brings the Prisma client up to date, and lets all test files of a run share one PostgreSQL, started when the first of them asks: a run without database tests
 * pays nothing. Test files live in other processes, hence the loopback server between.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  generateClient()
  let template: Promise<TemplateDatabase> | null = null
  const broker = createServer((_request, response) => {
    template ??= startTemplateDatabase()
    template.then(
      ({ adminUrl, templateName }) => response.end(JSON.stringify({ adminUrl, templateName })),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    )
  })
  await new Promise<void>(resolve => broker.listen(0, '127.0.0.1', resolve))
  project.provide('databaseBrokerUrl', `http://127.0.0.1:${(broker.address() as AddressInfo).port}`)
  return async () => {
    broker.close()
    broker.closeAllConnections()
    await template?.then(
      started => started.stop(),
      () => {},
    )
  }
}
