'use client'

import '@xyflow/react/dist/base.css'
import {
  Background,
  BaseEdge,
  type Edge,
  type EdgeProps,
  MarkerType,
  MiniMap,
  type Node,
  type NodeTypes,
  Panel,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react'
import { useTheme } from 'next-themes'
import { type ReactNode, useEffect } from 'react'
import { cn } from '../ui/cn.ts'
import { GraphControls } from './graph-controls.tsx'
import { edgeName, type GraphLayout, pathOf } from './graph-layout.ts'

/** An edge that goes where the layout leads it. */
export type RouteEdge = Edge<{ path: string }, 'route'>

/** On a phone a small graph fits whole, and one zooms to its names; of a larger one one moves to what does not fit. */
const fitting = { minZoom: globalThis.innerWidth < 640 ? 0.35 : 0.2, maxZoom: 1, padding: 0.08 }
const leastZoom = 0.04
const arrowSize = 20
const edgeTypes = { route: RouteEdgeView }

interface GraphCanvasProps<GraphNode extends Node> {
  /** What the drawing is, for those who do not see it. */
  label: string
  nodes: GraphNode[]
  edges: RouteEdge[]
  nodeTypes: NodeTypes
  /** How to read it. */
  note: ReactNode
  /** Brings these nodes into sight whenever they are others; the whole without any. */
  focusIds?: readonly string[]
  /** A small map of the whole in the corner, for drawings that are larger than the screen. */
  hasMap?: boolean
  className?: string
}

/** A graph to look at: moved and zoomed, not edited. */
export function GraphCanvas<GraphNode extends Node>(props: GraphCanvasProps<GraphNode>) {
  const { label, nodes, edges, nodeTypes, note, focusIds = [], hasMap = false, className } = props
  const { resolvedTheme } = useTheme()
  return (
    <section aria-label={label} className={cn('relative overflow-hidden rounded-lg border bg-card', className)}>
      <ReactFlow<GraphNode, RouteEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        colorMode={resolvedTheme === 'dark' ? 'dark' : 'light'}
        fitView
        fitViewOptions={fitting}
        minZoom={leastZoom}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        onlyRenderVisibleElements={nodes.length > 100}
        className="[&_.react-flow\_\_attribution]:bg-transparent! [&_.react-flow\_\_attribution_a]:text-muted-foreground!"
      >
        <Background color="var(--border-strong)" bgColor="var(--card)" gap={24} />
        <Panel position="top-left" className="m-3! max-w-3/5 text-muted-foreground text-xs">
          {note}
        </Panel>
        <GraphControls />
        {hasMap ? (
          <MiniMap
            pannable
            zoomable
            ariaLabel="The whole graph"
            className="border max-sm:hidden"
            bgColor="var(--card)"
            maskColor="color-mix(in oklab, var(--muted) 70%, transparent)"
            nodeColor="var(--faint-foreground)"
          />
        ) : null}
        <Follow ids={focusIds} count={nodes.length} />
      </ReactFlow>
    </section>
  )
}

/** Brings what is looked at into the middle, and the whole back into sight when something is folded or unfolded. */
function Follow({ ids, count }: { ids: readonly string[]; count: number }) {
  const { fitView } = useReactFlow()
  const wanted = ids.join('\n')
  useEffect(() => {
    // Nodes that have just come are measured first.
    const frame = requestAnimationFrame(() => {
      const nodes = wanted === '' ? [] : wanted.split('\n').map(id => ({ id }))
      void fitView(nodes.length === 0 ? { ...fitting, minZoom: wholeZoom(count) } : { ...fitting, nodes, minZoom: 0.4 })
    })
    return () => cancelAnimationFrame(frame)
  }, [wanted, count, fitView])
  return null
}

/** Names need not be readable where hundreds of nodes are in sight: one looks for one, or at the colours. */
function wholeZoom(count: number): number {
  return count > 100 ? leastZoom : fitting.minZoom
}

interface EdgeLook {
  color: string
  width: number
  dashed?: boolean
}

/** An edge along its route in the layout. */
export function routeEdge(edge: { from: string; to: string }, { routes }: GraphLayout, look: EdgeLook): RouteEdge {
  const { color, width, dashed = false } = look
  return {
    id: edgeName(edge),
    type: 'route',
    source: edge.from,
    target: edge.to,
    data: { path: pathOf(routes.get(edgeName(edge)) ?? []) },
    // The arrow grows with the stroke; all are to be of one size.
    markerEnd: { type: MarkerType.ArrowClosed, color, width: arrowSize / width, height: arrowSize / width },
    style: { stroke: color, strokeWidth: width, ...(dashed ? { strokeDasharray: '6 4' } : {}) },
  }
}

function RouteEdgeView({ data, markerEnd, style }: EdgeProps<RouteEdge>) {
  return <BaseEdge path={data?.path ?? ''} {...(markerEnd ? { markerEnd } : {})} {...(style ? { style } : {})} />
}
