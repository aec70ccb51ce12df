'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'
import type { SettingTarget } from './setting.ts'
import { useWhatIfSearch } from './use-what-if-search.ts'

/** What the form is about: the module with all of its configuration, one of its instances, a type. */
export function useTarget(): SettingTarget {
  const trpc = useTRPC()
  const [search] = useWhatIfSearch()
  const { data } = useQuery({
    ...trpc.modules.get.queryOptions({ id: search.module }),
    enabled: search.module !== '',
  })
  const { data: policy } = useQuery({
    ...trpc.queues.policy.queryOptions(),
    enabled: search.setting === 'typeRetry',
  })
  const module = search.module === '' ? null : (data ?? null)
  const isOwn = module?.instances.some(({ id }) => id === search.instance)
  const instanceId = isOwn ? search.instance : (module?.instances[0]?.id ?? '')
  const typeRetry = policy && (new Map(Object.entries(policy.retries)).get(search.type) ?? null)
  return { module, instanceId, taskType: search.type, typeRetry }
}
