'use client'

import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useRefusal } from '../data/viewer.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx'
import { AboutPanel } from './about-panel.tsx'
import { AdminOnly } from './admin-only.tsx'
import { FlagsPanel } from './flags-panel.tsx'
import { KeysPanel } from './keys-panel.tsx'
import { PeoplePanel } from './people-panel.tsx'
import { PolicyPanel } from './policy-panel.tsx'
import { ReplicasPanel } from './replicas-panel.tsx'

const tabs = ['people', 'keys', 'queue', 'flags', 'replicas', 'about'] as const

/** Who may do what, which services may call, how the queue ranks, and what runs here. */
export function SettingsPage() {
  const refusal = useRefusal('admin')
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('people'))
  return (
    <>
      <PageHeader
        title="Settings"
        description="People, service keys, the queue's policy, flags, the replicas at work, and this installation."
      />
      <Tabs value={tab} onValueChange={value => void setTab(value as (typeof tabs)[number])}>
        <TabsList aria-label="Settings">
          <TabsTrigger value="people">People</TabsTrigger>
          <TabsTrigger value="keys">Service keys</TabsTrigger>
          <TabsTrigger value="queue">Queue policy</TabsTrigger>
          <TabsTrigger value="flags">Flags</TabsTrigger>
          <TabsTrigger value="replicas">Replicas</TabsTrigger>
          <TabsTrigger value="about">About</TabsTrigger>
        </TabsList>
        <TabsContent value="people">
          {refusal ? <AdminOnly what="People" reason={refusal} /> : <PeoplePanel />}
        </TabsContent>
        <TabsContent value="keys">
          {refusal ? <AdminOnly what="Service keys" reason={refusal} /> : <KeysPanel />}
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
