'use client'

import { useQuery } from '@tanstack/react-query'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import Link from 'next/link'
import { useMemo } from 'react'
import type { ModuleGraph as Graph } from '#server/contracts/modules.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { GraphCanvas, type RouteEdge, routeEdge } from '../graph/graph-canvas.tsx'
import { type GraphLayout, nodeSize } from '../graph/graph-layout.ts'
import { useGraphLayout } from '../graph/use-graph-layout.ts'
import { cn } from '../ui/cn.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { statusLook, toneClasses } from '../ui/status.ts'
import { StatusText } from '../ui/status-badge.tsx'

type GraphModule = Graph['nodes'][number]
type ModuleNode = Node<{ module: GraphModule }, 'module'>

const refreshMs = 4_000
const nodeTypes = { module: ModuleNodeView }

/** What needs what: each module stands left of what it needs; colour, icon and word say how it is. A click opens it. */
export function ModuleGraph({ className }: { className: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.modules.graph.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const layout = useGraphLayout(data)
  const drawing = useMemo(() => data && layout && drawGraph(data, layout), [data, layout])
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
  if (!drawing) return <Skeleton className={cn(className, 'rounded-lg')} />
  return (
    <GraphCanvas
      label="Dependency graph"
      note="A module needs what its arrows lead to."
      {...drawing}
      nodeTypes={nodeTypes}
      className={className}
    />
  )
}

function drawGraph(graph: Graph, layout: GraphLayout): { nodes: ModuleNode[]; edges: RouteEdge[] } {
  const byId = new Map(graph.nodes.map(module => [module.id, module]))
  const nodes = graph.nodes.map(
    (module): ModuleNode => ({
      id: module.id,
      type: 'module',
      position: layout.places.get(module.id) ?? { x: 0, y: 0 },
      ...nodeSize,
      data: { module },
    }),
  )
  const edges = graph.edges.map(edge => {
    const needed = byId.get(edge.to)
    const troubled = needed !== undefined && isTroubled(needed)
    const color = troubled ? 'var(--bad)' : 'var(--faint-foreground)'
    return routeEdge(edge, layout, { color, width: troubled ? 2 : 1.25, dashed: troubled })
  })
  return { nodes, edges }
}

function isTroubled({ enabled, health, breaker }: GraphModule): boolean {
  return !enabled || health === 'unhealthy' || breaker === 'open'
}

function ModuleNodeView({ data: { module } }: NodeProps<ModuleNode>) {
  const { id, name, category, enabled, health, breaker } = module
  const tone = enabled ? statusLook('health', health).tone : 'idle'
  return (
    <Link
      href={`/modules/${id}`}
      prefetch={false}
      title={`${name} · ${category}`}
      className={cn(
        'nopan pointer-events-auto flex size-full flex-col justify-center rounded-md border border-border-strong border-l-4 bg-popover px-2.5 shadow-panel transition-colors hover:bg-accent',
        !enabled && 'border-dashed',
      )}
      style={{ borderLeftColor: toneClasses[tone].stroke }}
    >
      <span className={cn('truncate font-medium', !enabled && 'text-muted-foreground')}>{name}</span>
      <span className="flex gap-2.5 text-xs">
        {enabled ? <StatusText of="health" status={health} /> : <StatusText of="enablement" status="disabled" />}
        {breaker === 'closed' ? null : <StatusText of="breaker" status={breaker} />}
      </span>
      <Handle type="target" position={Position.Left} className="invisible" />
      <Handle type="source" position={Position.Right} className="invisible" />
    </Link>
  )
}
