import { describeEventStore } from './event-store-contract.ts'
import { MemoryEventStore } from './memory-event-store.ts'

describeEventStore('memory', async () => new MemoryEventStore())
