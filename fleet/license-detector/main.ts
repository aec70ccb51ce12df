import { runModule } from '../shared/run-module.ts'
import type { Handler } from '../shared/work.ts'
import { licenseDetector } from './declaration.ts'
import type { LicensePayload } from './detect-license.ts'

const detect: Handler<LicensePayload> = async (payload, { signal }) => {
  const { detectLicense } = await import('./detect-license.ts')
  return detectLicense(payload, signal)
}

await runModule({ module: licenseDetector, handlers: { 'license.detect': detect } })
