/** How the fields of a retry policy look. */
export const retryFigures = [
  { name: 'maxAttempts', label: 'Attempts', hint: 'at most' },
  { name: 'baseMs', label: 'First delay', hint: 'ms' },
  { name: 'factor', label: 'Grows by', hint: 'times, if exponential' },
  { name: 'capMs', label: 'Longest delay', hint: 'ms' },
] as const

export const backoffOptions = [
  { value: 'exponential', label: 'Exponential, with jitter' },
  { value: 'linear', label: 'Linear' },
] as const

export const retryOnLook = {
  label: 'Tried again on',
  hint: 'Classes (connection_error, timeout, server_error) and codes such as HTTP_409.',
} as const

export const totalLimitLook = {
  label: 'Total limit',
  hint: 'ms from the first start, waits included; 300,000 without one.',
} as const
