import { MemorySuggestionStore } from './testing/memory-suggestion-store.ts'
import { describeSuggestionStore } from './testing/suggestion-store-contract.ts'

describeSuggestionStore('the suggestion store in memory', async () => new MemorySuggestionStore())
