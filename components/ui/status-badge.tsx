import { cn } from './cn.ts'
import { type StatusRef, statusLook, toneClasses } from './status.ts'

export type StatusBadgeProps = StatusRef & {
  className?: string | undefined
  /** Says more than the status alone: `Open · forced`. */
  suffix?: string | undefined
}

/** A status as icon and word on a soft fill. */
export function StatusBadge({ className, suffix, ...ref }: StatusBadgeProps) {
  const look = statusLook(ref.of, ref.status)
  const tone = toneClasses[look.tone]
  const Icon = look.icon
  return (
    <span
      title={look.meaning}
      className={cn(
        'inline-flex h-5 shrink-0 items-center gap-1 whitespace-nowrap rounded-sm border pr-1.5 pl-1 font-medium text-2xs',
        tone.text,
        tone.soft,
        tone.line,
        className,
      )}
    >
      <Icon aria-hidden className="size-3 shrink-0" strokeWidth={2.25} />
      {look.label}
      {suffix ? ` · ${suffix}` : null}
    </span>
  )
}

/** A status as icon and word without a fill, for dense rows. */
export function StatusText({ className, suffix, ...ref }: StatusBadgeProps) {
  const look = statusLook(ref.of, ref.status)
  const Icon = look.icon
  return (
    <span
      title={look.meaning}
      className={cn('inline-flex items-center gap-1.5 whitespace-nowrap', toneClasses[look.tone].text, className)}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" strokeWidth={2.25} />
      {look.label}
      {suffix ? ` · ${suffix}` : null}
    </span>
  )
}

/**
 * A status as a mark alone, for the densest places; its name is read out and shown on hover. The shape differs with the
 * gravity (disc, ring, square, diamond), so that it is told apart without colour.
 */
export function StatusDot({ className, ...ref }: StatusRef & { className?: string | undefined }) {
  const look = statusLook(ref.of, ref.status)
  const shape = {
    ok: 'rounded-full',
    busy: 'rounded-full',
    wait: 'rounded-full bg-transparent! ring-2 ring-inset ring-wait',
    idle: 'rounded-full bg-transparent! ring-2 ring-inset ring-idle',
    warn: 'rounded-[1px] rotate-45 scale-90',
    serious: 'rounded-[1px] rotate-45 scale-90',
    bad: 'rounded-[2px]',
  }[look.tone]
  return (
    <span
      role="img"
      aria-label={look.label}
      title={`${look.label}: ${look.meaning}`}
      className={cn('inline-block size-2 shrink-0', toneClasses[look.tone].solid, shape, className)}
    />
  )
}
