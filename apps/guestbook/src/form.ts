/** Reads what a form sent. */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'

/** The fields of a form: `''` for one that is missing, or is a file. */
export type Form = (field: string) => string

/**
 * Reads the form that a request carries.
 *
 * @throws {HTTPException} 400 for a body that is no form at all.
 */
export async function readForm(c: Context): Promise<Form> {
  const fields = await c.req.parseBody().catch(() => {
    throw new HTTPException(400, { message: 'That form could not be read.' })
  })
  return (field) => {
    const value = fields[field]
    return typeof value === 'string' ? value : ''
  }
}
