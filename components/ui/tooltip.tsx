'use client'

import {
  type CSSProperties,
  cloneElement,
  type FocusEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { createPortal } from 'react-dom'

export interface TooltipProps {
  /** What the tooltip says; nothing is shown when it is empty. */
  content: ReactNode
  /** One element that can take focus. */
  children: ReactElement<{ 'aria-describedby'?: string | undefined }>
  side?: 'top' | 'bottom'
  /** What a click or tap on the element does to the tooltip. */
  onPress?: 'hide' | 'show'
}

const hoverDelayMs = 300
const gap = 6
const margin = 8

/**
 * Explains the element it wraps, on hover and on focus. Never the only place of something needed. Written out because it
 * is on every page: with radix it brings a positioning engine, 22 KB of the first load.
 */
export function Tooltip({ content, children, side = 'top', onPress = 'hide' }: TooltipProps) {
  const id = useId()
  const wrapper = useRef<HTMLSpanElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [open, setOpen] = useState(false)

  const show = (delayMs: number) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setOpen(true), delayMs)
  }
  const hide = () => {
    clearTimeout(timer.current)
    setOpen(false)
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  useHideOnLeave(open, hide)

  if (!content) return children
  return (
    <span
      ref={wrapper}
      className="contents"
      onPointerEnter={event => event.pointerType === 'mouse' && show(hoverDelayMs)}
      onPointerLeave={hide}
      onFocus={(event: FocusEvent) => event.target.matches(':focus-visible') && show(0)}
      onBlur={hide}
      onClickCapture={() => (onPress === 'show' ? show(0) : hide())}
    >
      {cloneElement(children, open ? { 'aria-describedby': id } : {})}
      {open ? (
        <Bubble id={id} side={side} anchor={() => wrapper.current?.firstElementChild ?? null}>
          {content}
        </Bubble>
      ) : null}
    </span>
  )
}

function useHideOnLeave(open: boolean, hide: () => void) {
  const latest = useRef(hide)
  useEffect(() => {
    latest.current = hide
  })
  useEffect(() => {
    if (!open) return
    const leave = (event: Event) => {
      if (!(event instanceof KeyboardEvent) || event.key === 'Escape') latest.current()
    }
    window.addEventListener('keydown', leave)
    window.addEventListener('scroll', leave, { capture: true, passive: true })
    return () => {
      window.removeEventListener('keydown', leave)
      window.removeEventListener('scroll', leave, { capture: true })
    }
  }, [open])
}

interface BubbleProps {
  id: string
  side: 'top' | 'bottom'
  anchor: () => Element | null
  children: ReactNode
}

function Bubble({ id, side, anchor, children }: BubbleProps) {
  const bubble = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<CSSProperties>({ visibility: 'hidden', left: 0, top: 0 })
  const findAnchor = useRef(anchor)
  useLayoutEffect(() => {
    const at = findAnchor.current()?.getBoundingClientRect()
    const own = bubble.current?.getBoundingClientRect()
    if (!at || !own) return
    const left = at.left + at.width / 2 - own.width / 2
    const above = at.top - own.height - gap
    const below = at.bottom + gap
    const fitsBelow = below + own.height + margin < window.innerHeight
    const top = side === 'top' ? (above > margin ? above : below) : fitsBelow ? below : above
    setPlace({ left: Math.max(margin, Math.min(left, window.innerWidth - own.width - margin)), top })
  }, [side])
  return createPortal(
    <div
      ref={bubble}
      id={id}
      role="tooltip"
      style={place}
      className="pointer-events-none fixed z-60 w-max max-w-[min(18rem,calc(100vw-1rem))] text-pretty rounded-md border border-border-strong bg-popover px-2 py-1.5 text-popover-foreground text-xs shadow-overlay"
    >
      {children}
    </div>,
    document.body,
  )
}
