'use client'

import { useEffect, useRef, useSyncExternalStore } from 'react'

/** A key or sequence of keys and what it does. */
export interface Shortcut {
  /** Keys in order, separated by blanks: `?`, `g m`, `j`. With Ctrl or ⌘: `mod k`. */
  keys: string
  /** What it does, for the help: `Go to Modules`. */
  description: string
  /** Heading in the help: `Go to`, `List`, `This page`. */
  group: string
  run: () => void
}

const sequenceMs = 1_200
let registered: readonly Shortcut[] = []
const listeners = new Set<() => void>()

function change(next: readonly Shortcut[]) {
  registered = next
  for (const listener of listeners) listener()
}

/**
 * Offers shortcuts while the calling component is on the screen. They do nothing while somebody types or a dialog is
 * open, except those with `mod`. Of two with the same keys the later registered wins. They appear in the help.
 */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  const signature = shortcuts.map(({ keys, description, group }) => [keys, description, group].join('\t')).join('\n')
  useEffect(() => {
    if (signature === '') return
    const own = signature.split('\n').map((line, index): Shortcut => {
      const [keys = '', description = '', group = ''] = line.split('\t')
      return { keys, description, group, run: () => latest.current[index]?.run() }
    })
    change([...registered, ...own])
    return () => change(registered.filter(shortcut => !own.includes(shortcut)))
  }, [signature])
}

/** Every shortcut on offer now, for the help. */
export function useRegisteredShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => registered,
    () => [],
  )
}

const typing = 'input, textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"], [role="combobox"]'
const pressable = 'button, a, summary, [role="button"], [role="tab"], [role="switch"], [role="checkbox"]'

function isTaken(event: KeyboardEvent, key: string): boolean {
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest(typing) || document.querySelector('[role="dialog"], [role="alertdialog"]')) return true
  return (key === 'enter' || key === 'space') && target?.closest(pressable) !== null
}

/** Listens to the keyboard for the whole page; used once, by the shell. */
export function useShortcutListener(): void {
  useEffect(() => {
    let pending = ''
    let pendingUntil = 0
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.defaultPrevented || event.isComposing) return
      const name = event.key === ' ' ? 'space' : event.key.toLowerCase()
      const modified = event.ctrlKey || event.metaKey
      const key = modified ? `mod ${name}` : name
      if (!modified && isTaken(event, key)) return
      const sequence = pending && event.timeStamp < pendingUntil ? `${pending} ${key}` : key
      const hit = registered.findLast(({ keys }) => keys === sequence)
      if (hit) {
        event.preventDefault()
        pending = ''
        hit.run()
        return
      }
      const begins = !modified && registered.some(({ keys }) => keys.startsWith(`${key} `))
      pending = begins ? key : ''
      pendingUntil = event.timeStamp + sequenceMs
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
