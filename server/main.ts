import { createLogger } from './composition/create-logger.ts'
import { type Quarterdeck, startQuarterdeck } from './composition/start-quarterdeck.ts'
import { readConfig } from './config/read-config.ts'
import { QuarterdeckError } from './core/shared/errors.ts'

/** The program: reads the environment, starts everything, and stops it in order when asked to. */
async function main(): Promise<void> {
  const { config, warnings } = readConfig(process.env)
  const logger = createLogger(config.logLevel)
  for (const warning of warnings) logger.warn({}, warning)
  let stopping = false
  let quarterdeck: Quarterdeck | null = null
  const stop = () => {
    if (stopping) return
    stopping = true
    if (!quarterdeck) process.exit(0)
    quarterdeck.stop().then(
      () => process.exit(0),
      error => {
        logger.error({ error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.on('unhandledRejection', error => logger.error({ error }, 'a promise was rejected and nobody looked'))
  quarterdeck = await startQuarterdeck(config, { logger, dev: process.env.NODE_ENV === 'development' })
  announce(quarterdeck)
}

function announce({ url, admin, database, startedInMs }: Quarterdeck): void {
  console.log(
    `\n  Quarterdeck is on watch at ${url}  (ready in ${(startedInMs / 1_000).toFixed(1)} s, database ${database})`,
  )
  if (admin) {
    console.log(`  Sign in as ${admin.email}`)
    if (admin.generatedPassword) console.log(`  Password ${admin.generatedPassword}  (shown this once)`)
  }
  console.log('')
}

main().catch((error: unknown) => {
  if (error instanceof QuarterdeckError) console.error(`quarterdeck: ${error.message} ${error.action}`)
  else console.error('quarterdeck: could not start.', error)
  process.exit(1)
})
