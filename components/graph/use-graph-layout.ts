import { useMemo } from 'react'
import { type GraphLayout, type GraphShape, layoutGraph } from './graph-layout.ts'

/** The layout of a graph, made anew only when its nodes or their connections changed. */
export function useGraphLayout(graph: GraphShape | undefined): GraphLayout | undefined {
  const shape = graph && JSON.stringify([graph.nodes.map(({ id }) => id), graph.edges])
  return useMemo(() => {
    if (shape === undefined) return undefined
    const [ids, edges] = JSON.parse(shape) as [string[], GraphShape['edges']]
    return layoutGraph({ nodes: ids.map(id => ({ id })), edges })
  }, [shape])
}
