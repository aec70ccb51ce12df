'use client'

import { Check } from 'lucide-react'
import { Select as Primitive } from 'radix-ui'
import type { SelectParts } from './select.tsx'
import { SelectChevron, selectClasses } from './select-button.tsx'

/** The select that opens; it is open when it comes. Use `Select`, which brings it in. */
export function SelectList({ value, onValueChange, options, placeholder, trigger }: SelectParts) {
  return (
    <Primitive.Root defaultOpen value={value ?? ''} onValueChange={onValueChange}>
      <Primitive.Trigger {...trigger} className={selectClasses(trigger.className)}>
        <span className="truncate">
          <Primitive.Value placeholder={placeholder} />
        </span>
        <SelectChevron />
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="data-[state=open]:fade-in-0 z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-lg border border-border-strong bg-popover text-popover-foreground shadow-overlay duration-100 data-[state=open]:animate-in"
        >
          <Primitive.Viewport className="p-1">
            {options.map(option => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className="relative flex min-h-7 select-none items-center rounded-sm py-1 pr-2 pl-7 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-accent max-md:min-h-9"
              >
                <Primitive.ItemIndicator className="absolute left-2">
                  <Check aria-hidden className="size-3.5" />
                </Primitive.ItemIndicator>
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
