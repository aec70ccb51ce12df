import { z } from 'zod'
import { moduleIdSchema, taskTypeSchema } from './common.ts'

export const previewRouteInput = z.strictObject({ taskType: taskTypeSchema, moduleId: moduleIdSchema.optional() })
