import { ButtonLink } from '../ui/button.tsx'
import { FullPageMessage } from './full-page-message.tsx'

/** There is no such page, or what it showed is gone. */
export function PageMissing() {
  return (
    <FullPageMessage
      title="There is no such page"
      actions={
        <ButtonLink href="/" variant="primary">
          To the command center
        </ButtonLink>
      }
    >
      The link may be mistyped, or what it led to was removed.
    </FullPageMessage>
  )
}
