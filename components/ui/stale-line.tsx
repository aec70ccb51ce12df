import { isNetworkError } from './describe-error.ts'
import { ErrorLine } from './error-state.tsx'

/** Says above what is shown why it could not be renewed. A lost connection is told by the shell, for the whole page. */
export function StaleLine({ error }: { error: unknown }) {
  return error && !isNetworkError(error) ? <ErrorLine error={error} className="mb-3" /> : null
}
