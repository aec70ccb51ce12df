/** Where callbacks are mounted; the token follows. */
export const callbackPath = '/api/v1/callbacks/'
