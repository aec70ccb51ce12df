import pino from 'pino'
import type { Config } from '../config/read-config.ts'
import type { Logger } from '../core/shared/logger.ts'

/** JSON lines on standard error; errors with their stack, credentials never. */
export function createLogger(level: Config['logLevel']): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
      redact: [
        'authorization',
        'cookie',
        'password',
        'secret',
        '*.authorization',
        '*.cookie',
        '*.password',
        '*.secret',
      ],
    },
    pino.destination({ dest: 2, sync: true }),
  )
}
