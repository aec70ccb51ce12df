import type { BreakerView } from '#server/contracts/breakers.ts'
import { BarList } from '../charts/bars.tsx'
import { formatCount } from '../ui/format.ts'

/** What went wrong with its calls, the most frequent first. */
export function ErrorKindList({ errors }: Pick<BreakerView, 'errors'>) {
  return (
    <BarList
      label="Failures by kind"
      items={errors.slice(0, 8).map(({ code, count }) => ({
        key: code,
        name: code,
        segments: [{ name: code, value: count, fill: 'bad' }],
        figure: formatCount(count),
      }))}
    />
  )
}
