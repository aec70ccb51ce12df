import { Boxes, Rocket } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Card, CardHeader } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'

function registerCommand(origin: string): string {
  const module = {
    id: 'my-module',
    name: 'My module',
    category: 'text',
    version: '1.0.0',
    instances: [{ endpoint: 'http://127.0.0.1:8080' }],
    capabilities: [{ type: 'text.shout' }],
  }
  return [
    `curl -X POST ${origin}/api/trpc/modules.register \\`,
    '  -H "authorization: Bearer $QUARTERDECK_API_KEY" \\',
    "  -H 'content-type: application/json' \\",
    `  -d '${JSON.stringify(module)}'`,
  ].join('\n')
}

/** No module is registered yet: what to do next, to the letter. */
export function FirstRun() {
  return (
    <Card>
      <CardHeader title="Bring in the first modules" note="nothing is registered yet" />
      <div className="grid gap-6 p-4 lg:grid-cols-2">
        <Way
          icon={<Rocket aria-hidden className="size-4" />}
          title="See it work: the example fleet"
          command="npm run demo"
        >
          Stop this server and start it so, in the project’s folder. Nine real services then analyse the packages
          installed there, and you can make any of them slow, failing or hanging.
        </Way>
        <Way
          icon={<Boxes aria-hidden className="size-4" />}
          title="Register a module of your own"
          command={registerCommand(window.location.origin)}
        >
          Any HTTP service that answers <code className="text-xs">POST /process</code> and{' '}
          <code className="text-xs">GET /health</code>: here with a key made under{' '}
          <TextLink href="/settings?tab=keys">Keys</TextLink>, or in the form under{' '}
          <TextLink href="/modules">Modules</TextLink>.
        </Way>
      </div>
    </Card>
  )
}

function TextLink({ href, children }: { href: string; children: string }) {
  return (
    <Link href={href} className="font-medium text-primary-text underline-offset-4 hover:underline">
      {children}
    </Link>
  )
}

interface WayProps {
  icon: ReactNode
  title: string
  command: string
  children: ReactNode
}

function Way({ icon, title, command, children }: WayProps) {
  return (
    <section className="min-w-0">
      <h3 className="flex items-center gap-2 font-medium">
        {icon}
        {title}
      </h3>
      <p className="mt-1 text-muted-foreground">{children}</p>
      <div className="relative mt-3 rounded-md border bg-muted/60">
        <pre className="overflow-x-auto p-3 pr-10 text-xs leading-5">{command}</pre>
        <CopyButton value={command} label="Copy the command" className="absolute top-1.5 right-1.5 bg-muted" />
      </div>
    </section>
  )
}
