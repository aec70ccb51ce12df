import { z } from 'zod'

const cpuSchema = z.number().min(0).max(1_024)
const memorySchema = z.number().int().min(0).max(16_777_216)

/** What each call on an instance of a module may use. Zero: the module does not say, and takes no task that asks. */
export const offeredResourcesSchema = z.strictObject({
  /** Cores. */
  cpu: cpuSchema.default(0),
  /** Megabytes. */
  memoryMb: memorySchema.default(0),
})

/** What a task needs while it runs. In steps, because tasks that need the same stand in one queue. */
export const neededResourcesSchema = z.strictObject({
  cpu: cpuSchema.multipleOf(0.25).default(0),
  memoryMb: memorySchema.multipleOf(64, 'must be a multiple of 64').default(0),
})
