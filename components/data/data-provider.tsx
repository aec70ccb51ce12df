'use client'

import { QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { getClients } from './clients.ts'
import { LiveProvider } from './live.tsx'
import { TRPCProvider } from './trpc.ts'

/** Gives the pages inside it queries over HTTP, subscriptions over one WebSocket, and live/paused. */
export function DataProvider({ children }: { children: ReactNode }) {
  const [{ queries, trpc }] = useState(getClients)
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={trpc} queryClient={queries}>
        <LiveProvider>{children}</LiveProvider>
      </TRPCProvider>
    </QueryClientProvider>
  )
}
