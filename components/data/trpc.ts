'use client'

import { createTRPCContext } from '@trpc/tanstack-react-query'
import type { AppRouter } from '#server/api/app-router.ts'

/** `useTRPC()` gives typed query, mutation and subscription options for every procedure of the server. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()
