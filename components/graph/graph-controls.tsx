'use client'

import { Panel, useReactFlow } from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { Button } from '../ui/button.tsx'

/** Nearer, farther, everything: the view of the graph by buttons, for those without a wheel or pinch. */
export function GraphControls() {
  const { zoomIn, zoomOut, fitView } = useReactFlow()
  return (
    <Panel position="top-right" className="m-3! flex gap-1">
      <Button size="icon-sm" aria-label="Zoom in" onClick={() => void zoomIn()}>
        <Plus aria-hidden />
      </Button>
      <Button size="icon-sm" aria-label="Zoom out" onClick={() => void zoomOut()}>
        <Minus aria-hidden />
      </Button>
      <Button size="icon-sm" aria-label="Show all" onClick={() => void fitView({ maxZoom: 1, padding: 0.08 })}>
        <Maximize aria-hidden />
      </Button>
    </Panel>
  )
}
