import { Duty } from '../queue/duty.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'

/** What other replicas changed of settings is known here after this long at most. */
export const settingsRefreshMs = 5_000

/** Reads settings again and again; they are read once more in vain rather than late. */
export function createSettingsRefresh(options: {
  clock: Clock
  logger: Logger
  settings: readonly { refresh(): Promise<void> }[]
}): Duty {
  const { clock, logger, settings } = options
  const run = async () => {
    await Promise.all(settings.map(setting => setting.refresh()))
    return settingsRefreshMs
  }
  return new Duty({ name: 'settings', clock, logger, retryMs: settingsRefreshMs, run })
}
