'use client'

import '@xyflow/react/dist/base.css'
import { useQuery } from '@tanstack/react-query'
import {
  Background,
  BaseEdge,
  type Edge,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
} from '@xyflow/react'
import Link from 'next/link'
import { useTheme } from 'next-themes'
import { useMemo } from 'react'
import type { ModuleGraph as Graph } from '#server/contracts/modules.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { cn } from '../ui/cn.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { statusLook, toneClasses } from '../ui/status.ts'
import { StatusText } from '../ui/status-badge.tsx'
import { GraphControls } from './graph-controls.tsx'
import { edgeName, type GraphLayout, layoutModules, nodeSize, pathOf } from './graph-layout.ts'

type GraphModule = Graph['nodes'][number]
type ModuleNode = Node<{ module: GraphModule }, 'module'>
type NeedEdge = Edge<{ path: string }, 'need'>

const refreshMs = 4_000
/** On a phone names stay readable, and one moves to what does not fit. */
const fitting = { minZoom: globalThis.innerWidth < 640 ? 0.5 : 0.2, maxZoom: 1, padding: 0.08 }
const nodeTypes = { module: ModuleNodeView }
const edgeTypes = { need: NeedEdgeView }

/** What needs what: each module stands left of what it needs; colour, icon and word say how it is. A click opens it. */
export function ModuleGraph({ className }: { className: string }) {
  const trpc = useTRPC()
  const { resolvedTheme } = useTheme()
  const { data, error, refetch } = useQuery(
    trpc.modules.graph.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const layout = useLayout(data)
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
    <section
      aria-label="Dependency graph"
      className={cn('relative overflow-hidden rounded-lg border bg-card', className)}
    >
      <ReactFlow<ModuleNode, NeedEdge>
        nodes={drawing.nodes}
        edges={drawing.edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        colorMode={resolvedTheme === 'dark' ? 'dark' : 'light'}
        fitView
        fitViewOptions={fitting}
        minZoom={0.15}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        onlyRenderVisibleElements={drawing.nodes.length > 100}
        className="[&_.react-flow\_\_attribution]:bg-transparent! [&_.react-flow\_\_attribution_a]:text-muted-foreground!"
      >
        <Background color="var(--border-strong)" bgColor="var(--card)" gap={24} />
        <Panel position="top-left" className="m-3! text-muted-foreground text-xs">
          A module needs what its arrows lead to.
        </Panel>
        <GraphControls />
      </ReactFlow>
    </section>
  )
}

/** The layout, made anew only when modules or their connections changed. */
function useLayout(graph: Graph | undefined) {
  const shape = graph && JSON.stringify([graph.nodes.map(({ id }) => id), graph.edges])
  return useMemo(() => {
    if (shape === undefined) return undefined
    const [ids, edges] = JSON.parse(shape) as [string[], Graph['edges']]
    return layoutModules({ nodes: ids.map(id => ({ id })), edges })
  }, [shape])
}

function drawGraph(graph: Graph, { places, routes }: GraphLayout): { nodes: ModuleNode[]; edges: NeedEdge[] } {
  const byId = new Map(graph.nodes.map(module => [module.id, module]))
  const nodes = graph.nodes.map(
    (module): ModuleNode => ({
      id: module.id,
      type: 'module',
      position: places.get(module.id) ?? { x: 0, y: 0 },
      ...nodeSize,
      data: { module },
    }),
  )
  const edges = graph.edges.map((edge): NeedEdge => {
    const { from, to } = edge
    const needed = byId.get(to)
    const troubled = needed !== undefined && isTroubled(needed)
    const color = troubled ? 'var(--bad)' : 'var(--faint-foreground)'
    return {
      id: edgeName(edge),
      type: 'need',
      source: from,
      target: to,
      data: { path: pathOf(routes.get(edgeName(edge)) ?? []) },
      markerEnd: { type: MarkerType.ArrowClosed, color, width: 16, height: 16 },
      style: { stroke: color, strokeWidth: troubled ? 2 : 1.25, ...(troubled ? { strokeDasharray: '6 4' } : {}) },
    }
  })
  return { nodes, edges }
}

function isTroubled({ enabled, health, breaker }: GraphModule): boolean {
  return !enabled || health === 'unhealthy' || breaker === 'open'
}

function NeedEdgeView({ data, markerEnd, style }: EdgeProps<NeedEdge>) {
  return <BaseEdge path={data?.path ?? ''} {...(markerEnd ? { markerEnd } : {})} {...(style ? { style } : {})} />
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
        'nopan flex size-full flex-col justify-center rounded-md border border-border-strong border-l-4 bg-popover px-2.5 shadow-panel transition-colors hover:bg-accent',
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
