import type { DashboardView } from '#server/contracts/stats.ts'

export type BreakerCell = DashboardView['breakers']['cells'][number]

export interface CellGroup {
  moduleId: string
  moduleName: string
  cells: BreakerCell[]
}

/** The cells of each module together, modules by name: every breaker keeps its place, whatever its state. */
export function groupCells(cells: readonly BreakerCell[]): CellGroup[] {
  const groups = new Map<string, CellGroup>()
  for (const cell of cells) {
    const { moduleId, moduleName } = cell
    const group = groups.get(moduleId) ?? { moduleId, moduleName, cells: [] }
    group.cells.push(cell)
    groups.set(moduleId, group)
  }
  return [...groups.values()].sort((a, b) => a.moduleName.localeCompare(b.moduleName))
}
