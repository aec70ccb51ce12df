import { createLogger } from '#server/composition/create-logger.ts'
import { startQuarterdeck } from '#server/composition/start-quarterdeck.ts'
import { readConfig } from '#server/config/read-config.ts'
import { endWithParent } from './end-with-parent.ts'

/** The program without pages, for tests that kill it: prints its address as one line of JSON. */
endWithParent()
const { config } = readConfig(process.env)
const quarterdeck = await startQuarterdeck(config, {
  logger: createLogger(config.logLevel),
  dev: false,
  headless: true,
})
process.on('SIGTERM', () => void quarterdeck.stop().then(() => process.exit(0)))
console.log(JSON.stringify({ url: quarterdeck.url }))
