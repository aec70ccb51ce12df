import { Lock } from 'lucide-react'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'

/** Stands where something is that only admins may see, and says why. */
export function AdminOnly({ what, reason }: { what: string; reason: string }) {
  return (
    <Card>
      <EmptyState icon={Lock} title={`${what} are for admins`}>
        {reason}
      </EmptyState>
    </Card>
  )
}
