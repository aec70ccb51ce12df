'use client'

import { useQuery } from '@tanstack/react-query'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { Spline } from 'lucide-react'
import Link from 'next/link'
import { useMemo } from 'react'
import type { TaskGraph as Graph, TaskGraphNode } from '#server/contracts/tasks.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { GraphCanvas, type RouteEdge, routeEdge } from '../graph/graph-canvas.tsx'
import { type GraphLayout, nodeSize } from '../graph/graph-layout.ts'
import { useGraphLayout } from '../graph/use-graph-layout.ts'
import { cn } from '../ui/cn.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { formatCount, formatMs } from '../ui/format.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { statusLook, toneClasses } from '../ui/status.ts'
import { StatusText } from '../ui/status-badge.tsx'
import { isEnded } from './task-words.ts'

type TaskNode = Node<{ task: TaskGraphNode; isShown: boolean }, 'task'>

const refreshMs = 2_000
const nodeTypes = { task: TaskNodeView }

/** All tasks that hang together with one by their dependencies, from left to right in the order of running, with the critical path. */
export function TaskGraph({ id }: { id: string }) {
  const trpc = useTRPC()
  const every = useLiveInterval(refreshMs)
  const { data, error } = useQuery(
    trpc.tasks.graph.queryOptions(
      { id },
      { refetchInterval: query => (query.state.data?.nodes.every(node => isEnded(node.status)) ? false : every) },
    ),
  )
  const layout = useGraphLayout(data)
  const drawing = useMemo(() => data && layout && drawGraph(data, layout, id), [data, layout, id])
  if (error && !data) return <ErrorLine error={error} />
  if (!data || !drawing) return <Skeleton className={cn(heightOf(2), 'rounded-lg')} />
  return (
    <GraphCanvas
      label="Graph of tasks"
      note={<GraphNote graph={data} />}
      {...drawing}
      nodeTypes={nodeTypes}
      className={heightOf(data.nodes.length)}
    />
  )
}

function heightOf(nodes: number): string {
  return nodes > 12 ? 'h-112' : nodes > 4 ? 'h-80' : 'h-56'
}

function GraphNote({ graph: { nodes, isCut } }: { graph: Graph }) {
  return (
    <span className="num">
      {isCut ? `The ${formatCount(nodes.length)} nearest tasks; there are more. ` : null}A task waits for those whose
      arrows lead to it.
    </span>
  )
}

function drawGraph(graph: Graph, layout: GraphLayout, shownId: string): { nodes: TaskNode[]; edges: RouteEdge[] } {
  const critical = new Set(graph.nodes.filter(node => node.isCritical).map(node => node.id))
  const nodes = graph.nodes.map(
    (task): TaskNode => ({
      id: task.id,
      type: 'task',
      position: layout.places.get(task.id) ?? { x: 0, y: 0 },
      ...nodeSize,
      data: { task, isShown: task.id === shownId },
    }),
  )
  const edges = graph.edges.map(edge => {
    const isCritical = critical.has(edge.from) && critical.has(edge.to)
    return routeEdge(edge, layout, {
      color: isCritical ? 'var(--primary-text)' : 'var(--faint-foreground)',
      width: isCritical ? 2.5 : 1.25,
    })
  })
  return { nodes, edges }
}

function TaskNodeView({ data: { task, isShown } }: NodeProps<TaskNode>) {
  const { id, type, status, isCritical, slackMs, expectedMs } = task
  return (
    <Link
      href={`/tasks/${id}`}
      prefetch={false}
      title={`${type} · ${id} · expected to take ${formatMs(expectedMs)}`}
      aria-current={isShown ? 'page' : undefined}
      className={cn(
        'nopan pointer-events-auto flex size-full flex-col justify-center rounded-md border border-border-strong border-l-4 bg-popover px-2.5 shadow-panel transition-colors hover:bg-accent',
        isShown && 'ring-2 ring-ring',
      )}
      style={{ borderLeftColor: toneClasses[statusLook('task', status).tone].stroke }}
    >
      <span className="flex items-baseline gap-1.5">
        <span className="truncate font-medium">{type}</span>
        <span className="ml-auto shrink-0 font-mono text-2xs text-muted-foreground">…{id.slice(-6)}</span>
      </span>
      <span className="flex items-center gap-2 whitespace-nowrap text-xs">
        <StatusText of="task" status={status} />
        {isCritical ? (
          <span className="flex items-center gap-1 text-primary-text">
            <Spline aria-hidden className="size-3" />
            critical
          </span>
        ) : null}
        <TimeLeft slackMs={slackMs} isCritical={isCritical} />
      </span>
      <Handle type="target" position={Position.Left} className="invisible" />
      <Handle type="source" position={Position.Right} className="invisible" />
    </Link>
  )
}

/** How much later a task may start, or by how much it is late; on the critical path there is nothing to spare. */
function TimeLeft({ slackMs, isCritical }: Pick<TaskGraphNode, 'slackMs' | 'isCritical'>) {
  if (slackMs === null || (slackMs >= 0 && isCritical)) return null
  const isLate = slackMs < 0
  return (
    <span className={cn('num ml-auto truncate', isLate ? 'text-bad-text' : 'text-muted-foreground')}>
      {isLate ? `${formatMs(-slackMs)} late` : `${formatMs(slackMs)} spare`}
    </span>
  )
}
