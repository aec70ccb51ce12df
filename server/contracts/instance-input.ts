import { z } from 'zod'
import { limits } from './common.ts'

/** One place where a module runs. */
export const instanceInput = z.strictObject({
  /** Where it is called: `https://...`, or `local://<name>` with the driver `local`. */
  endpoint: z.url({ protocol: /^(https?|local)$/ }).max(500),
  /** Calls it can work on at once. */
  capacity: z.number().int().min(1).max(10_000).default(10),
  /** Share of calls relative to its siblings under the `weighted` strategy. */
  weight: z.number().min(0.01).max(1_000).default(1),
  /** What it runs; the module's version when left out. */
  version: z.string().trim().min(1).max(limits.versionLength).optional(),
})
