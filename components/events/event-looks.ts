import {
  Activity,
  BellRing,
  Boxes,
  Check,
  CircleDashed,
  CirclePause,
  CirclePlay,
  CircleX,
  Clock,
  CornerUpLeft,
  HeartPulse,
  LifeBuoy,
  Lightbulb,
  LogIn,
  LogOut,
  type LucideIcon,
  OctagonAlert,
  Play,
  PlugZap,
  Power,
  PowerOff,
  Rocket,
  RotateCcw,
  Server,
  ServerOff,
  TriangleAlert,
  Undo2,
  Unplug,
} from 'lucide-react'
import type { EventType, EventView } from '#server/contracts/events.ts'
import type { Tone } from '../ui/status.ts'
import { statusLook } from '../ui/status.ts'
import { readText } from './summarize-event.ts'

/** How one event looks and reads in a list. */
export interface EventLook {
  label: string
  tone: Tone
  icon: LucideIcon
}

const task = (status: Parameters<typeof statusLook<'task'>>[1]): EventLook => {
  const { label, tone, icon } = statusLook('task', status)
  return { label: `Task ${label.toLowerCase()}`, tone, icon }
}

const looks: Record<EventType, EventLook> = {
  'agent.started': { label: 'Attempt started', tone: 'busy', icon: Play },
  'agent.completed': { label: 'Attempt completed', tone: 'ok', icon: Check },
  'agent.failed': { label: 'Attempt failed', tone: 'serious', icon: CircleX },
  'task.blocked': task('blocked'),
  'task.scheduled': task('scheduled'),
  'task.ready': task('ready'),
  'task.running': task('running'),
  'task.progress': { label: 'Task progress', tone: 'busy', icon: Activity },
  'task.preempted': { label: 'Task pre-empted', tone: 'warn', icon: CornerUpLeft },
  'task.succeeded': task('succeeded'),
  'task.failed': task('failed'),
  'task.cancelled': task('cancelled'),
  'task.expired': task('expired'),
  'system.health_changed': { label: 'System health changed', tone: 'warn', icon: HeartPulse },
  'health.check_passed': { label: 'Check passed', tone: 'ok', icon: HeartPulse },
  'health.check_failed': { label: 'Check failed', tone: 'serious', icon: HeartPulse },
  'deployment.started': { label: 'Deployment started', tone: 'busy', icon: Rocket },
  'deployment.stepped': { label: 'Deployment took a step', tone: 'busy', icon: Rocket },
  'deployment.paused': { label: 'Deployment paused', tone: 'warn', icon: CirclePause },
  'deployment.continued': { label: 'Deployment goes on', tone: 'busy', icon: CirclePlay },
  'deployment.stopped': { label: 'Deployment stopped itself', tone: 'bad', icon: OctagonAlert },
  'deployment.completed': { label: 'Deployment completed', tone: 'ok', icon: Rocket },
  'deployment.rolled_back': { label: 'Deployment rolled back', tone: 'warn', icon: Undo2 },
  'resource.scaled': { label: 'Resource scaled', tone: 'busy', icon: Server },
  'alert.raised': { label: 'Alert raised', tone: 'bad', icon: BellRing },
  'alert.escalated': { label: 'Alert escalated', tone: 'bad', icon: BellRing },
  'alert.acknowledged': { label: 'Alert acknowledged', tone: 'busy', icon: BellRing },
  'alert.resolved': { label: 'Alert resolved', tone: 'ok', icon: BellRing },
  'circuit.opened': { label: 'Breaker opened', tone: 'bad', icon: Unplug },
  'circuit.half_opened': { label: 'Breaker half-open', tone: 'warn', icon: CircleDashed },
  'circuit.closed': { label: 'Breaker closed', tone: 'ok', icon: PlugZap },
  'circuit.forced': { label: 'Breaker held', tone: 'busy', icon: Clock },
  'circuit.reset': { label: 'Breaker reset', tone: 'busy', icon: RotateCcw },
  'module.registered': { label: 'Module registered', tone: 'busy', icon: Boxes },
  'module.updated': { label: 'Module updated', tone: 'busy', icon: Boxes },
  'module.enabled': { label: 'Module enabled', tone: 'ok', icon: Power },
  'module.disabled': { label: 'Module disabled', tone: 'idle', icon: PowerOff },
  'module.removed': { label: 'Module removed', tone: 'idle', icon: Boxes },
  'module.health_changed': { label: 'Module health changed', tone: 'warn', icon: HeartPulse },
  'instance.registered': { label: 'Instance registered', tone: 'busy', icon: Server },
  'instance.deregistered': { label: 'Instance deregistered', tone: 'idle', icon: Server },
  'instance.updated': { label: 'Instance changed', tone: 'busy', icon: Server },
  'instance.taken_out': { label: 'Instance out of rotation', tone: 'idle', icon: Server },
  'instance.put_back': { label: 'Instance back in rotation', tone: 'ok', icon: Server },
  'replica.joined': { label: 'Replica joined', tone: 'ok', icon: LogIn },
  'replica.left': { label: 'Replica left', tone: 'idle', icon: LogOut },
  'replica.lost': { label: 'Replica lost', tone: 'serious', icon: ServerOff },
  'queue.paused': { label: 'Queue paused', tone: 'warn', icon: CirclePause },
  'queue.resumed': { label: 'Queue resumed', tone: 'ok', icon: CirclePlay },
  'suggestion.opened': { label: 'Suggestion found', tone: 'busy', icon: Lightbulb },
  'suggestion.proposed': { label: 'Change proposed', tone: 'busy', icon: Lightbulb },
  'suggestion.refreshed': { label: 'Suggestion found again', tone: 'idle', icon: Lightbulb },
  'suggestion.reopened': { label: 'Suggestion reopened', tone: 'busy', icon: Lightbulb },
  'suggestion.simulated': { label: 'Suggestion being simulated', tone: 'idle', icon: Lightbulb },
  'suggestion.snoozed': { label: 'Suggestion put off', tone: 'idle', icon: Lightbulb },
  'suggestion.woken': { label: 'Suggestion back', tone: 'busy', icon: Lightbulb },
  'suggestion.approved': { label: 'Suggestion approved', tone: 'ok', icon: Lightbulb },
  'suggestion.expired': { label: 'Approval ran out', tone: 'warn', icon: Lightbulb },
  'suggestion.voided': { label: 'Approval void', tone: 'warn', icon: Lightbulb },
  'suggestion.rejected': { label: 'Suggestion rejected', tone: 'idle', icon: Lightbulb },
  'suggestion.applied': { label: 'Suggestion applied', tone: 'busy', icon: Lightbulb },
  'suggestion.judged': { label: 'Suggestion judged', tone: 'busy', icon: Lightbulb },
  'suggestion.reverted': { label: 'Suggestion taken back', tone: 'warn', icon: Lightbulb },
  'error.recovered': { label: 'Recovered', tone: 'ok', icon: LifeBuoy },
  'error.recovery_failed': { label: 'Recovery failed', tone: 'bad', icon: TriangleAlert },
}

const unknownLook: EventLook = { label: 'Event', tone: 'idle', icon: Activity }
const healthTones: Record<string, Tone> = {
  healthy: 'ok',
  degraded: 'warn',
  critical: 'serious',
  unhealthy: 'bad',
  emergency: 'bad',
  unknown: 'idle',
}

/** Label, tone and icon of an event; a change of health has the tone of what it changed to. */
export function eventLook(event: EventView): EventLook {
  // A newer server may send types that this page does not know yet.
  const look = (looks as Record<string, EventLook | undefined>)[event.type] ?? { ...unknownLook, label: event.type }
  if (!event.type.endsWith('.health_changed')) return look
  return { ...look, tone: healthTones[readText(event.data, 'to') ?? ''] ?? look.tone }
}
