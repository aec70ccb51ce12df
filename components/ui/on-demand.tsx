'use client'

import { type ComponentType, type ReactNode, useEffect, useRef, useState } from 'react'
import { notify } from './notify.ts'

const retryMs = 3_000

interface Closable {
  onClose?: (done: never) => void
}

export interface OnDemandOptions<Props> {
  /** Stands there until the code has come; nothing by default. */
  placeholder?: (props: Props) => ReactNode
  /** `idle` fetches the code when the page has nothing else to do, so that it is there even when the server is away then. */
  fetch?: 'idle' | 'when shown'
}

/**
 * A component whose code is not part of the page. When the code cannot come, because the control center is away, the page
 * stays as it is, where `next/dynamic` would take it down: a dialog closes and says so, anything else tries again.
 */
export function onDemand<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { placeholder = () => null, fetch = 'idle' }: OnDemandOptions<Props> = {},
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null
  const get = async () => {
    loaded = await load()
  }
  if (typeof window !== 'undefined' && fetch === 'idle') whenIdle(() => void get().catch(() => {}))

  return function OnDemand(props: Props) {
    const [tries, setTries] = useState(0)
    const close = useRef((props as Closable).onClose)
    useEffect(() => {
      close.current = (props as Closable).onClose
    })
    useEffect(() => {
      if (loaded) return
      let isShown = true
      let timer: ReturnType<typeof setTimeout> | undefined
      const again = () => isShown && setTries(was => was + 1)
      get().then(again, () => {
        if (!isShown) return
        if (!close.current) timer = setTimeout(again, retryMs)
        else {
          notify.failed(
            'That could not be opened',
            new Error('The control center did not answer. Try again in a moment.'),
          )
          ;(close.current as () => void)()
        }
      })
      return () => {
        isShown = false
        clearTimeout(timer)
      }
    }, [tries])
    const Loaded = loaded
    return Loaded ? <Loaded {...props} /> : placeholder(props)
  }
}

function whenIdle(run: () => void) {
  // Safari has no idle callbacks.
  if ('requestIdleCallback' in window) window.requestIdleCallback(run, { timeout: 5_000 })
  else setTimeout(run, 1_500)
}
