import Link from 'next/link'
import type { ModuleView } from '#server/contracts/modules.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { JsonView } from '../ui/json-view.tsx'

/** What the module can do: its task types with the schemas of their payloads and results. */
export function CapabilityCard({ capabilities }: Pick<ModuleView, 'capabilities'>) {
  return (
    <Card>
      <CardHeader title="Capabilities" note={<span className="num">{capabilities.length}</span>} />
      <CardContent className="p-0">
        <ul className="divide-y">
          {capabilities.map(({ type, inputSchema, outputSchema, isPreemptible }) => (
            <li key={type} className="px-4 py-2.5">
              <Link href={`/tasks?type=${type}`} prefetch={false} className="font-mono text-xs hover:underline">
                {type}
              </Link>
              {isPreemptible ? (
                <p className="text-faint-foreground text-xs">Saves checkpoints; gives way to urgent work</p>
              ) : null}
              {inputSchema === null && outputSchema === null ? (
                <p className="text-faint-foreground text-xs">Takes and returns any JSON</p>
              ) : (
                <details className="mt-1">
                  <summary className="cursor-pointer text-muted-foreground text-xs">Schemas</summary>
                  <div className="mt-2 grid gap-2">
                    {inputSchema === null ? null : <Schema title="Payload" value={inputSchema} of={type} />}
                    {outputSchema === null ? null : <Schema title="Result" value={outputSchema} of={type} />}
                  </div>
                </details>
              )}
            </li>
          ))}
        </ul>
      </CardContent>
    </Card>
  )
}

function Schema({ title, value, of }: { title: string; value: unknown; of: string }) {
  return (
    <div>
      <p className="mb-1 text-faint-foreground text-xs">{title}</p>
      <JsonView value={value} label={`${title} of ${of}`} />
    </div>
  )
}
