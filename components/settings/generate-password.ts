/** Letters and digits that are not taken for each other when read aloud or copied by hand. */
const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const length = 20

/**
 * A password of 20 characters, 115 bits. `fill` fills bytes with randomness that cannot be guessed. Bytes beyond the last
 * whole multiple of the alphabet are thrown away, so that every character is equally likely.
 */
export function generatePassword(fill: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const limit = 256 - (256 % alphabet.length)
  let password = ''
  while (password.length < length) {
    const bytes = new Uint8Array(length)
    fill(bytes)
    for (const byte of bytes) {
      if (byte < limit && password.length < length) password += alphabet[byte % alphabet.length]
    }
  }
  return password
}
