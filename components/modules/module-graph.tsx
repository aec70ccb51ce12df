'use client'

import { useQuery } from '@tanstack/react-query'
import type { Node } from '@xyflow/react'
import { useDeferredValue, useMemo } from 'react'
import type { ModuleGraph as Graph } from '#server/contracts/modules.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { GraphCanvas, type RouteEdge, routeEdge } from '../graph/graph-canvas.tsx'
import { type GraphLayout, nodeSize } from '../graph/graph-layout.ts'
import { useGraphLayout } from '../graph/use-graph-layout.ts'
import { cn } from '../ui/cn.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { GraphTools } from './graph-tools.tsx'
import { foldedFrom, type GraphView, groupId, neighboursOf, viewOfGraph } from './graph-view.ts'
import { CategoryNodeView, ModuleNodeView } from './module-graph-nodes.tsx'
import { useModulesSearch } from './use-modules-search.ts'

const refreshMs = 4_000
const noNodes: readonly string[] = []
const nodeTypes = { module: ModuleNodeView, category: CategoryNodeView }

/**
 * What needs what: each module stands left of what it needs; colour, icon and word say how it is. Of large fleets the categories
 * are folded up at first; one module can be looked for, and then stands out with its neighbours.
 */
export function ModuleGraph({ className }: { className: string }) {
  const trpc = useTRPC()
  const { search, setSearch } = useModulesSearch()
  const { data, error, refetch } = useQuery(
    trpc.modules.graph.queryOptions({}, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const folds = useFolds(data)
  const view = useMemo(() => data && viewOfGraph(data, folds.isFolded), [data, folds.isFolded])
  const layout = useGraphLayout(view)
  const focus = focusOf(data, search.focus, folds.isFolded)
  const near = useMemo(() => (view && focus !== null ? neighboursOf(view, focus) : null), [view, focus])
  const drawing = useMemo(
    () => view && layout && drawGraph(view, layout, { focus, near }, folds.toggle),
    [view, layout, focus, near, folds.toggle],
  )
  if (error && !data) {
    return (
      <ErrorState
        title="The graph could not be loaded"
        error={error}
        onRetry={() => void refetch()}
        className={className}
      />
    )
  }
  return (
    <>
      <GraphTools
        modules={data?.nodes ?? []}
        focus={search.focus}
        onFocus={id => void setSearch({ focus: id })}
        folds={folds}
      />
      {drawing ? (
        <GraphCanvas
          label="Dependency graph"
          note="A module needs what its arrows lead to."
          {...drawing}
          nodeTypes={nodeTypes}
          focusIds={near ? [...near] : noNodes}
          hasMap={drawing.nodes.length > foldedFrom / 2}
          className={className}
        />
      ) : (
        <Skeleton className={cn(className, 'rounded-lg')} />
      )}
    </>
  )
}

/** Which categories are folded up, as the URL has it; without a word of it, all of a large fleet and none of a small one. */
function useFolds(graph: Graph | undefined) {
  const { search, setSearch } = useModulesSearch()
  const unfolded = useDeferredValue(search.unfolded)
  return useMemo(() => {
    const categories = [...new Set(graph?.nodes.map(({ category }) => category))].sort()
    const isLarge = (graph?.nodes.length ?? 0) > foldedFrom
    const open = new Set(unfolded ?? (isLarge ? [] : categories))
    const show = (next: readonly string[]) => void setSearch({ unfolded: [...next] })
    return {
      categories,
      unfolded: categories.filter(category => open.has(category)),
      isFolded: (category: string) => !open.has(category),
      toggle: (category: string) =>
        show(open.has(category) ? [...open].filter(each => each !== category) : [...open, category]),
      foldAll: () => show([]),
      unfoldAll: () => show(categories),
    }
  }, [graph, unfolded, setSearch])
}

export type Folds = ReturnType<typeof useFolds>

/** The node that stands for a module: itself, or its category while that is folded up. */
function focusOf(graph: Graph | undefined, id: string | null, isFolded: (category: string) => boolean): string | null {
  const module = graph?.nodes.find(node => node.id === id)
  if (!module) return null
  return isFolded(module.category) ? groupId(module.category) : module.id
}

function drawGraph(
  view: GraphView,
  layout: GraphLayout,
  { focus, near }: { focus: string | null; near: ReadonlySet<string> | null },
  onUnfold: (category: string) => void,
): { nodes: Node[]; edges: RouteEdge[] } {
  const nodes = view.nodes.map((item): Node => {
    const common = {
      id: item.id,
      position: layout.places.get(item.id) ?? { x: 0, y: 0 },
      ...nodeSize,
      className: near && !near.has(item.id) ? 'opacity-30' : '',
    }
    return 'module' in item
      ? { ...common, type: 'module', data: { module: item.module, isFocused: item.id === focus } }
      : { ...common, type: 'category', data: { group: item.group, onUnfold } }
  })
  const edges = view.edges.map(edge => {
    const isNear = focus === null || edge.from === focus || edge.to === focus
    const color = !isNear ? 'var(--border)' : edge.isTroubled ? 'var(--bad)' : 'var(--faint-foreground)'
    const width = edge.isTroubled ? 2 : edge.count > 1 ? Math.min(4, 1.25 + Math.log2(edge.count) / 2) : 1.25
    return routeEdge(edge, layout, { color, width, dashed: edge.isTroubled })
  })
  return { nodes, edges }
}
