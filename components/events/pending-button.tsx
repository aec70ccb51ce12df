'use client'

import { ArrowUp } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { formatCount } from '../ui/format.ts'

export interface PendingButtonProps {
  count: number
  /** More came than were counted. */
  isOverrun: boolean
  onShow: () => void
}

/** How many events arrived while the list is held, and the way to see them. Takes no room while there are none. */
export function PendingButton({ count, isOverrun, onShow }: PendingButtonProps) {
  if (count === 0) return null
  return (
    <Button size="sm" className="num h-6" onClick={onShow}>
      <ArrowUp aria-hidden />
      {formatCount(count)}
      {isOverrun ? '+' : ''} new
    </Button>
  )
}
