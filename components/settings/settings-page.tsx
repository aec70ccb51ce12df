'use client'

import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useRefusal } from '../data/viewer.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx'
import { AdminOnly } from './admin-only.tsx'
import { PeoplePanel } from './people-panel.tsx'

const placeholder = () => <Skeleton className="h-72 max-w-3xl" />
const KeysPanel = onDemand(() => import('./keys-panel.tsx').then(module => module.KeysPanel), { placeholder })
const PolicyPanel = onDemand(() => import('./policy-panel.tsx').then(module => module.PolicyPanel), { placeholder })
const FlagsPanel = onDemand(() => import('./flags-panel.tsx').then(module => module.FlagsPanel), { placeholder })
const ReplicasPanel = onDemand(() => import('./replicas-panel.tsx').then(module => module.ReplicasPanel), {
  placeholder,
})
const WebhooksPanel = onDemand(() => import('./webhooks-panel.tsx').then(module => module.WebhooksPanel), {
  placeholder,
})
const AboutPanel = onDemand(() => import('./about-panel.tsx').then(module => module.AboutPanel), { placeholder })

const tabs = ['people', 'keys', 'webhooks', 'queue', 'flags', 'replicas', 'about'] as const

/** Who may do what, which services may call, how the queue ranks, and what runs here. */
export function SettingsPage() {
  const refusal = useRefusal('admin')
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('people'))
  return (
    <>
      <PageHeader
        title="Settings"
        description="People, keys, webhooks, the queue's policy, flags, the replicas at work, and this installation."
      />
      <Tabs value={tab} onValueChange={value => void setTab(value as (typeof tabs)[number])}>
        <TabsList aria-label="Settings">
          <TabsTrigger value="people">People</TabsTrigger>
          <TabsTrigger value="keys">Keys</TabsTrigger>
          <TabsTrigger value="webhooks">Webhooks</TabsTrigger>
          <TabsTrigger value="queue">Queue policy</TabsTrigger>
          <TabsTrigger value="flags">Flags</TabsTrigger>
          <TabsTrigger value="replicas">Replicas</TabsTrigger>
          <TabsTrigger value="about">About</TabsTrigger>
        </TabsList>
        <TabsContent value="people">
          {refusal ? <AdminOnly what="People" reason={refusal} /> : <PeoplePanel />}
        </TabsContent>
        <TabsContent value="keys">{refusal ? <AdminOnly what="Keys" reason={refusal} /> : <KeysPanel />}</TabsContent>
        <TabsContent value="webhooks">
          {refusal ? <AdminOnly what="Webhooks" reason={refusal} /> : <WebhooksPanel />}
        </TabsContent>
        <TabsContent value="queue">
          <PolicyPanel />
        </TabsContent>
        <TabsContent value="flags">
          <FlagsPanel />
        </TabsContent>
        <TabsContent value="replicas">
          <ReplicasPanel />
        </TabsContent>
        <TabsContent value="about">
          <AboutPanel />
        </TabsContent>
      </Tabs>
    </>
  )
}
