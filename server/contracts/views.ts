import { z } from 'zod'
import { limits, uuidSchema } from './common.ts'

/** Pages whose filters can be kept under a name. */
export const viewPages = ['tasks', 'events', 'modules', 'breakers', 'dead-letters', 'alerts'] as const
export type ViewPage = (typeof viewPages)[number]

export const listViewsInput = z.strictObject({ page: z.enum(viewPages).optional() }).prefault({})
export type ListViews = z.output<typeof listViewsInput>

export const saveViewInput = z.strictObject({
  page: z.enum(viewPages),
  name: z.string().trim().min(1, 'give it a name').max(60),
  /** What stands after the `?` of the page's address. */
  query: z
    .string()
    .max(limits.viewQueryLength)
    .regex(/^[^\s?#]*$/u, 'must be what stands after the ? of an address'),
  /** For everybody of the tenant instead of oneself; needs the role operator. */
  shared: z.boolean().default(false),
})
export type SaveView = z.output<typeof saveViewInput>

export const removeViewInput = z.strictObject({ id: uuidSchema })

/** The filters of a page, kept under a name. */
export interface SavedView {
  id: string
  page: ViewPage
  name: string
  /** What stands after the `?` of the page's address. */
  query: string
  /** For everybody; else it is seen only by the one who asks. */
  shared: boolean
  savedBy: string
  savedAt: string
}
