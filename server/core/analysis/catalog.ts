import type { Analyzer } from './analyzer.ts'

/** Every analyzer there is; to add one, write its file and list it here. */
export const analyzers: readonly Analyzer[] = []
