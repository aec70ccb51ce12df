import { EllipsisVertical } from 'lucide-react'
import type { ComponentProps } from 'react'
import { ActionButton } from '../ui/action-button.tsx'

type Props = Omit<ComponentProps<typeof ActionButton>, 'children'> & { endpoint: string }

/** The button that opens what can be done with an instance. */
export function InstanceMenuButton({ endpoint, ...props }: Props) {
  return (
    <ActionButton variant="ghost" size="icon-sm" aria-label={`Actions for ${endpoint}`} {...props}>
      <EllipsisVertical aria-hidden />
    </ActionButton>
  )
}
