/** Reads submitted forms. */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'

/** Returns the value of a field: `''` if it is missing or a file. */
export type Form = (field: string) => string

/**
 * Reads the form of a request.
 *
 * @throws {HTTPException} 400 if the body is not a form.
 */
export async function readForm(c: Context): Promise<Form> {
  const fields = await c.req.parseBody().catch(() => {
    throw new HTTPException(400, { message: 'The form could not be read.' })
  })
  return (field) => {
    const value = fields[field]
    return typeof value === 'string' ? value : ''
  }
}
