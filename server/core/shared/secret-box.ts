/** Keeps secrets unreadable at rest. */
export interface SecretBox {
  /** Every call gives another text, also for the same secret. */
  seal(secret: string): string
  /** Throws when the text was sealed with another key or was changed since. */
  open(sealed: string): string
}
