import { Button } from './button.tsx'

/** Takes all filters of a list away; nothing where none is set. */
export function ClearFilters({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (!isFiltered) return null
  return (
    <Button variant="ghost" onClick={onClear}>
      Clear
    </Button>
  )
}
