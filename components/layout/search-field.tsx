'use client'

import { Search } from 'lucide-react'
import { useRef } from 'react'
import { cn } from '../ui/cn.ts'
import { Input } from '../ui/input.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { useShortcuts } from './shortcuts.ts'

export interface SearchFieldProps {
  /** What it filters; read out, and named in the list of shortcuts. */
  label: string
  placeholder: string
  value: string
  onChange: (text: string) => void
  className?: string
}

/** The text filter of a list; `/` brings the cursor into it and Escape out of it. */
export function SearchField({ label, placeholder, value, onChange, className }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  useShortcuts([{ keys: '/', description: label, group: 'This page', run: () => input.current?.focus() }])
  return (
    <div className={cn('relative min-w-0 flex-1 basis-56 max-md:basis-full md:max-w-96', className)}>
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint-foreground"
      />
      <Input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={value}
        maxLength={100}
        onChange={event => onChange(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Escape') return
          // Else the browser empties the field: one leaves it with the filter as it is.
          event.preventDefault()
          event.currentTarget.blur()
        }}
        className="pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden"
      />
      <Kbd keys="/" className="absolute top-1/2 right-2 -translate-y-1/2 max-md:hidden" />
    </div>
  )
}
