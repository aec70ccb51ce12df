'use client'

import '@xyflow/react/dist/base.css'
import {
  Background,
  BaseEdge,
  type Edge,
  type EdgeProps,
  MarkerType,
  type Node,
  type NodeTypes,
  Panel,
  ReactFlow,
} from '@xyflow/react'
import { useTheme } from 'next-themes'
import type { ReactNode } from 'react'
import { cn } from '../ui/cn.ts'
import { GraphControls } from './graph-controls.tsx'
import { edgeName, type GraphLayout, pathOf } from './graph-layout.ts'

/** An edge that goes where the layout leads it. */
export type RouteEdge = Edge<{ path: string }, 'route'>

/** On a phone names stay readable, and one moves to what does not fit. */
const fitting = { minZoom: globalThis.innerWidth < 640 ? 0.5 : 0.2, maxZoom: 1, padding: 0.08 }
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
  className?: string
}

/** A graph to look at: moved and zoomed, not edited. */
export function GraphCanvas<GraphNode extends Node>(props: GraphCanvasProps<GraphNode>) {
  const { label, nodes, edges, nodeTypes, note, className } = props
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
        minZoom={0.15}
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
      </ReactFlow>
    </section>
  )
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
