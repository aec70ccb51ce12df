import { Check, Clock, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { verdictPatience } from '#server/contracts/suggestion-words.ts'
import type { SuggestionView } from '#server/contracts/suggestions.ts'
import { cn } from '../ui/cn.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { type Tone, toneClasses } from '../ui/status.ts'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'

/** Where it stands, when that needs words: an approval with its end, what voided it, when the verdict comes. */
export function StateBanner({ suggestion: { state } }: { suggestion: SuggestionView }) {
  switch (state.status) {
    case 'open':
    case 'judged':
      return null
    case 'snoozed':
      return (
        <Banner tone="idle" icon={Clock}>
          Put off by {state.by.name}; it comes back <RelativeTime at={state.until} />.
        </Banner>
      )
    case 'approved':
      return (
        <Banner tone="ok" icon={Check}>
          Approved by {state.consent.by.name}. Whoever applies it does so by hand; the approval runs out{' '}
          <RelativeTime at={state.consent.expiresAt} />, or as soon as what it stands on changes.
          {state.consent.note === '' ? null : ` “${state.consent.note}”`}
        </Banner>
      )
    case 'expired':
      return (
        <Banner tone="warn" icon={Clock}>
          The approval by {state.consent.by.name} ran out <RelativeTime at={state.consent.expiresAt} /> before it was
          applied. Look again and approve it anew.
        </Banner>
      )
    case 'voided':
      return <Voided state={state} />
    case 'applied':
      return (
        <Banner tone="busy" icon={Clock}>
          Applied by {state.application.by.name} <RelativeTime at={state.application.at} />. It is compared with the
          time before <RelativeTime at={state.application.judgeAt} />; while too few of the tasks that it concerns have
          ended, that waits for more, and comes <RelativeTime at={latestVerdict(state.application)} /> at the latest.
        </Banner>
      )
    case 'rejected':
      return (
        <Banner tone="idle" icon={Clock}>
          Rejected by {state.by.name}: “{state.reason}” It stays quiet until <RelativeTime at={state.quietUntil} />,
          unless much more speaks for it.
        </Banner>
      )
    case 'reverted':
      return (
        <Banner tone="idle" icon={Check}>
          Taken back by {state.by.name} <RelativeTime at={state.at} />: “{state.reason}”
        </Banner>
      )
  }
}

function latestVerdict({ at, judgeAt }: { at: string; judgeAt: string }): string {
  const observedMs = Date.parse(judgeAt) - Date.parse(at)
  return new Date(Date.parse(at) + verdictPatience * observedMs).toISOString()
}

function Voided({ state }: { state: Extract<SuggestionView['state'], { status: 'voided' }> }) {
  const what = { configuration: 'The configuration', evidence: 'The evidence', approver: 'The approver' }[state.cause]
  return (
    <Banner tone="warn" icon={TriangleAlert}>
      <p>
        The approval by {state.consent.by.name} is void. {what} has changed since (<RelativeTime at={state.at} />
        ), so nothing was applied. Look at the differences, then approve it anew or reject it.
      </p>
      <ScrollArea label="What has changed" className="mt-2">
        <Table aria-label="What has changed" className="sm:min-w-120">
          <TableHeader className="bg-transparent">
            <TableRow>
              <TableHead>What</TableHead>
              <TableHead>When approved</TableHead>
              <TableHead>Now</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {state.drift.map(({ what: name, approved, present }) => (
              <TableRow key={name}>
                <TableCell className="font-medium">{name}</TableCell>
                <TableCell className="max-w-72 wrap-anywhere">{approved}</TableCell>
                <TableCell className="max-w-72 wrap-anywhere">{present}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </ScrollArea>
    </Banner>
  )
}

function Banner({ tone, icon: Icon, children }: { tone: Tone; icon: typeof Check; children: ReactNode }) {
  const { soft, line, text } = toneClasses[tone]
  return (
    <div role="status" className={cn('flex gap-2.5 rounded-lg border px-4 py-3 text-sm', soft, line)}>
      <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', text)} />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  )
}
