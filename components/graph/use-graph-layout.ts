import { useEffect, useMemo, useState } from 'react'
import { type GraphLayout, type GraphShape, layoutGraph } from './graph-layout.ts'

/** Graphs up to this many nodes and edges together are laid out while rendering, in some milliseconds. */
const smallSize = 120

/**
 * The layout of a graph, made anew only when its nodes or their connections changed. Large graphs are laid out by a worker, so that
 * the page stays responsive: until that has answered there is no layout.
 */
export function useGraphLayout(graph: GraphShape | undefined): GraphLayout | undefined {
  const shape =
    graph && JSON.stringify([graph.nodes.map(({ id }) => id), graph.edges.map(({ from, to }) => [from, to])])
  const isSmall = graph !== undefined && graph.nodes.length + graph.edges.length <= smallSize
  const small = useMemo(
    () => (shape !== undefined && isSmall ? layoutGraph(parseShape(shape)) : undefined),
    [shape, isSmall],
  )
  const [large, setLarge] = useState<{ shape: string; layout: GraphLayout } | null>(null)
  useEffect(() => {
    if (shape === undefined || isSmall) return
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<GraphLayout>) => setLarge({ shape, layout: data }))
    worker.postMessage(parseShape(shape))
    return () => worker.terminate()
  }, [shape, isSmall])
  return small ?? (large?.shape === shape ? large?.layout : undefined)
}

function parseShape(shape: string): GraphShape {
  const [ids, edges] = JSON.parse(shape) as [string[], [string, string][]]
  return { nodes: ids.map(id => ({ id })), edges: edges.map(([from, to]) => ({ from, to })) }
}
