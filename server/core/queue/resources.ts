import type { Resources } from '../../contracts/resources.ts'

/** What a task needs that says nothing. */
export const noResources: Resources = { cpu: 0, memoryMb: 0 }

/** Whether a call that needs so much may run where so much is offered. */
export function isEnough(offered: Resources, needed: Resources): boolean {
  return offered.cpu >= needed.cpu && offered.memoryMb >= needed.memoryMb
}
