'use client'

import { createContext, type ReactNode, useContext } from 'react'
import type { Role, Viewer } from '#server/contracts/people.ts'

const ViewerContext = createContext<Viewer | null>(null)

/** Makes the signed-in person known to the pages. */
export function ViewerProvider({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  return <ViewerContext value={viewer}>{children}</ViewerContext>
}

/** Who is signed in. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext)
  if (!viewer) throw new Error('useViewer needs a ViewerProvider above it')
  return viewer
}

const rank: Record<Role, number> = { viewer: 0, operator: 1, approver: 2, admin: 3 }

/**
 * Why the signed-in person may not do what needs `role`; null when they may. Made for `ActionButton`'s `reason`. The
 * server decides by itself; this only says so before the click.
 */
export function useRefusal(role: Role): string | null {
  const viewer = useViewer()
  if (viewer.role && rank[viewer.role] >= rank[role]) return null
  return `Needs the role ${role}; you are signed in as ${viewer.role ?? 'a service'}. An admin can change that under Settings.`
}
