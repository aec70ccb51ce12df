import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import Link from 'next/link'
import type { ModuleGraph } from '#server/contracts/modules.ts'
import { cn } from '../ui/cn.ts'
import { plural } from '../ui/format.ts'
import { statusLook, type Tone, toneClasses } from '../ui/status.ts'
import { StatusText } from '../ui/status-badge.tsx'
import type { CategoryGroup } from './graph-view.ts'

type ModuleNode = Node<{ module: ModuleGraph['nodes'][number]; isFocused: boolean }, 'module'>
type CategoryNode = Node<{ group: CategoryGroup; onUnfold: (category: string) => void }, 'category'>

const box =
  'nopan pointer-events-auto flex size-full flex-col justify-center rounded-md border border-border-strong border-l-4 bg-popover px-2.5 text-left shadow-panel transition-colors hover:bg-accent'

/** A module; a click opens it. */
export function ModuleNodeView({ data: { module, isFocused } }: NodeProps<ModuleNode>) {
  const { id, name, category, enabled, health, breaker } = module
  const tone = enabled ? statusLook('health', health).tone : 'idle'
  return (
    <Link
      href={`/modules/${id}`}
      prefetch={false}
      title={`${name} · ${category}`}
      className={cn(box, !enabled && 'border-dashed', isFocused && 'ring-2 ring-primary')}
      style={{ borderLeftColor: toneClasses[tone].stroke }}
    >
      <span className={cn('truncate font-medium', !enabled && 'text-muted-foreground')}>{name}</span>
      <span className="flex gap-2.5 text-xs">
        {enabled ? <StatusText of="health" status={health} /> : <StatusText of="enablement" status="disabled" />}
        {breaker === 'closed' ? null : <StatusText of="breaker" status={breaker} />}
      </span>
      <Ends />
    </Link>
  )
}

/** A category that is folded up; a click unfolds it. */
export function CategoryNodeView({ data: { group, onUnfold } }: NodeProps<CategoryNode>) {
  const { category, modules, troubled, degraded, disabled } = group
  const tone: Tone = troubled > 0 ? 'bad' : degraded > 0 ? 'warn' : 'ok'
  const words = [
    troubled > 0 ? `${troubled} in trouble` : null,
    degraded > 0 ? `${degraded} degraded` : null,
    disabled > 0 ? `${disabled} disabled` : null,
  ].filter(word => word !== null)
  return (
    <button
      type="button"
      title={`Show the modules of ${category}`}
      className={cn(box, 'border-double')}
      style={{ borderLeftColor: toneClasses[tone].stroke }}
      onClick={() => onUnfold(category)}
    >
      <span className="truncate font-semibold">{category}</span>
      <span className={cn('num truncate text-xs', troubled > 0 ? 'text-bad-text' : 'text-muted-foreground')}>
        {plural(modules, 'module')}
        {words.length > 0 ? ` · ${words.join(', ')}` : ', all well'}
      </span>
      <Ends />
    </button>
  )
}

function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Left} className="invisible" />
      <Handle type="source" position={Position.Right} className="invisible" />
    </>
  )
}
