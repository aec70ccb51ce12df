/** Host and port of an endpoint: what tells the instances of a module apart. The text itself when it is no address. */
export function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : endpoint
}

/** The same in a few letters: the port when it has one of its own, else the first part of the host. */
export function tailOf(endpoint: string): string {
  if (!URL.canParse(endpoint)) return endpoint
  const { port, hostname } = new URL(endpoint)
  return port === '' ? (hostname.split('.')[0] ?? hostname) : `:${port}`
}
