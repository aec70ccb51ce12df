'use client'

import { useQueries, useQuery } from '@tanstack/react-query'
import type { Json } from '#server/contracts/common.ts'
import { useTRPC } from '../data/trpc.ts'

/** Every task type that some module can run, with the modules that can. */
export function useKnownTypes(): ReadonlyMap<string, { id: string; name: string; enabled: boolean }[]> {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.modules.list.queryOptions({}))
  const types = new Map<string, { id: string; name: string; enabled: boolean }[]>()
  for (const { id, name, enabled, capabilities } of data?.items ?? []) {
    for (const { type } of capabilities) types.set(type, [...(types.get(type) ?? []), { id, name, enabled }])
  }
  return types
}

/** The input schema of a task type, as one of its modules declares it; null when none does, undefined until that is known. */
export function useTypeSchema(moduleIds: readonly string[], type: string): Json | null | undefined {
  const trpc = useTRPC()
  return useQueries({
    queries: moduleIds.map(id => trpc.modules.get.queryOptions({ id }, { staleTime: 60_000 })),
    combine: answers => {
      const declared = answers
        .flatMap(({ data }) => data?.capabilities ?? [])
        .find(capability => capability.type === type && capability.inputSchema !== null)
      if (declared) return declared.inputSchema
      return answers.some(answer => answer.isPending) ? undefined : null
    },
  })
}
