/** Makes an unhandled member of a union a compile error, and a clear failure if it happens all the same. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`)
}
