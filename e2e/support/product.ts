import { readFileSync } from 'node:fs'

/** The running product, as the tests need to know it. Written by start-product.ts before the first test. */
export interface Product {
  url: string
  email: string
  password: string
  apiKey: string
  /** Control address of the example fleet. */
  fleetUrl: string
  /** The folder of its embedded database. */
  databaseDir: string
  /** Ask here for the server to be stopped and started again: POST /stop, POST /start. */
  restarterUrl: string
}

let known: Product | null = null

export function product(): Product {
  const file = process.env.E2E_PRODUCT_FILE
  if (!file) throw new Error('the product was not started: run the tests through playwright with its own configuration')
  known ??= JSON.parse(readFileSync(file, 'utf8')) as Product
  return known
}
