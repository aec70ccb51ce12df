import { createLogger } from '../../server/composition/create-logger.ts'
import { startQuarterdeck } from '../../server/composition/start-quarterdeck.ts'
import { readConfig } from '../../server/config/read-config.ts'
import { endWithParent } from '../../server/testing/end-with-parent.ts'

/** The program with its pages; prints its address as one line of JSON. */
endWithParent()
const { config } = readConfig(process.env)
const quarterdeck = await startQuarterdeck(config, { logger: createLogger(config.logLevel), dev: false })
process.on('SIGTERM', () => void quarterdeck.stop().then(() => process.exit(0)))
console.log(JSON.stringify({ url: quarterdeck.url }))
