import { verifyArgon2id } from '../src/argon2id-workers.ts'
import { fitting } from './password-check.ts'

export default {
  fetch: async (request: Request): Promise<Response> =>
    Response.json(await fitting(await request.json(), verifyArgon2id)),
}
